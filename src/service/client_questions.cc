#include "service/client_questions.h"

#include <chrono>
#include <utility>

#include "core/json_writer.h"
#include "tuner/machine/signals.h"

namespace luthier {
namespace {

// How soon a second Ctrl-C is noticed while the client thinks.
constexpr std::chrono::milliseconds kPatience{100};

Error nobody() {
  return {ErrorCode::unavailable,
          "the client left a question open; the experiment can be resumed by the program that "
          "answers for it"};
}

Result<Json> content(const ClientRequest& answer) {
  if (const Json* error = answer.find("error")) {
    const auto* text = error->value.text();
    return Error{ErrorCode::unavailable, text != nullptr ? *text : "the client gave no reason"};
  }
  const Json* result = answer.find("result");
  return result != nullptr ? *result : Json{};
}

}  // namespace

Result<Json> ClientQuestions::ask(std::string_view question) {
  const std::int64_t id = ++last_;
  {
    const std::scoped_lock lock(mutex_);
    if (gone_) {
      return nobody();
    }
    answer_.reset();
  }
  std::string line;
  JsonWriter(line).object().field("question", id).members_of(question).end();
  socket_.write_line(line);
  while (true) {
    if (!(elsewhere_ ? wait_for_reader() : read_answer())) {
      return nobody();
    }
    if (const auto answer = answered(id)) {
      return content(*answer);
    }
  }
}

// Nothing: it is the answer to another question.
std::optional<ClientRequest> ClientQuestions::answered(std::int64_t id) {
  const std::scoped_lock lock(mutex_);
  auto answer = std::exchange(answer_, std::nullopt);
  const Json* number = answer ? answer->find("answer") : nullptr;
  return number != nullptr && number->value.integer() == id ? std::move(answer) : std::nullopt;
}

bool ClientQuestions::wait_for_reader() {
  if (!socket_.flush()) {
    return false;
  }
  std::unique_lock lock(mutex_);
  while (!answer_ && !gone_) {
    if (came_.wait_for(lock, kPatience) == std::cv_status::timeout &&
        InterruptSignals::count() >= 2) {
      return false;
    }
  }
  return answer_.has_value();
}

bool ClientQuestions::read_answer() {
  while (auto line = socket_.read_line()) {
    ClientRequest request;
    if (parse_client_request(*line, request).ok() && request.is_answer()) {
      take(std::move(request));
      return true;
    }
    requests_.push_back(*std::move(line));
  }
  return false;
}

void ClientQuestions::take(ClientRequest answer) {
  const std::scoped_lock lock(mutex_);
  answer_ = std::move(answer);
  came_.notify_one();
}

void ClientQuestions::hang_up() {
  const std::scoped_lock lock(mutex_);
  gone_ = true;
  came_.notify_one();
}

std::optional<std::string> ClientQuestions::next_request() {
  if (requests_.empty()) {
    return std::nullopt;
  }
  std::string line = std::move(requests_.front());
  requests_.pop_front();
  return line;
}

}  // namespace luthier
