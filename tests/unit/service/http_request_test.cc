// Requests: read strictly, whatever way their bytes come, and never larger than they may be.
#include <array>

#include <gtest/gtest.h>

#include "service/http/request_reader.h"
#include "service/http/request_target.h"

namespace luthier {
namespace {

using Progress = RequestReader::Progress;

constexpr std::string_view kPost =
    "POST /api/v1/experiments/a/stop HTTP/1.1\r\nHost: localhost:1\r\nX-Luthier: 1\r\n"
    "Content-Length: 2\r\n\r\n{}";

int refused_with(const std::string& bytes) {
  RequestReader reader;
  return reader.take(bytes) == Progress::refused ? reader.why().status : 0;
}

TEST(RequestReader, ReadsARequestWhereverItIsCut) {
  for (std::size_t cut = 0; cut < kPost.size(); ++cut) {
    RequestReader reader;
    EXPECT_EQ(reader.take(kPost.substr(0, cut)), Progress::more);
    ASSERT_EQ(reader.take(kPost.substr(cut)), Progress::complete) << cut;
    const auto request = reader.request();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/api/v1/experiments/a/stop");
    EXPECT_EQ(*request.header("x-luthier"), "1");
    EXPECT_EQ(request.body, "{}");
    EXPECT_TRUE(reader.idle());
  }
}

TEST(RequestReader, ReadsOneRequestAfterAnother) {
  RequestReader reader;
  ASSERT_EQ(reader.take(std::string(kPost) + std::string(kPost) + "GET"), Progress::complete);
  EXPECT_EQ(reader.request().body, "{}");
  ASSERT_EQ(reader.take(""), Progress::complete);
  EXPECT_EQ(reader.request().body, "{}");
  EXPECT_EQ(reader.take(""), Progress::more);
  EXPECT_FALSE(reader.idle());
}

TEST(RequestReader, RefusesWhatCouldBeReadInTwoWays) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string cases[] = {
      begin + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      begin + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n",
      begin + "Content-Length: +4\r\n\r\n",
      begin + "Content-Length: -4\r\n\r\n",
      begin + "Content-Length : 4\r\n\r\n",
      begin + "Transfer-Encoding: chunked\r\n\r\n-2\r\n",
      begin + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      begin + std::string("A: \0\r\n\r\n", 8),
      "GET /\r\n\r\n",
      "GET  / HTTP/1.1\r\n\r\n",
      "\x16\x03\x01\x02\r\n\r\n",
  };
  for (const auto& bytes : cases) {
    EXPECT_EQ(refused_with(bytes), 400) << bytes;
  }
}

TEST(RequestReader, RefusesWhatIsTooLargeBeforeItIsThere) {
  const std::string begin = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refused_with(begin + "A: " + std::string(20'000, 'x')), 431);
  EXPECT_EQ(refused_with("GET /" + std::string(20'000, 'x')), 431);
  EXPECT_EQ(refused_with(begin + "Content-Length: 1000000000\r\n\r\n"), 413);
  EXPECT_EQ(refused_with(begin + "Transfer-Encoding: chunked\r\n\r\n" + "ffffff\r\n" +
                         std::string(100'000, 'x')),
            413);
  std::string many = begin;
  for (int i = 0; i < 200; ++i) {
    many += "a: b\r\n";
  }
  EXPECT_EQ(refused_with(many + "\r\n"), 431);
}

TEST(HttpRequest, AHeaderThatIsRepeatedHasNoValue) {
  const HttpRequest request{.headers = {{"host", "a"}, {"host", "b"}, {"origin", "c"}}};
  EXPECT_EQ(request.header("host"), nullptr);
  EXPECT_EQ(request.count("host"), 2U);
  EXPECT_EQ(*request.header("origin"), "c");
  EXPECT_EQ(request.header("absent"), nullptr);
}

TEST(RequestTarget, IsDecodedOnce) {
  const auto target = parse_target("/api/a%20b%2525/c?filter=x%3C1+and+y&empty&a=1&a=2");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->segments, (std::vector<std::string>{"api", "a b%25", "c"}));
  EXPECT_EQ(*target->find("filter"), "x<1 and y");
  EXPECT_EQ(*target->find("empty"), "");
  EXPECT_EQ(*target->find("a"), "2");
  EXPECT_EQ(target->find("b"), nullptr);
  EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(RequestTarget, RefusesWhatIsNoName) {
  for (const std::string way :
       {"..", ".",     "%2e%2e", "%2E.",      "a/../b", "a//b",          "/a",
        "a/", "a%2fb", "a%2Fb",  "%2e%2e%2f", "a%5cb",  "a\\b",          "a%00b",
        "%",  "%4",    "%zz",    "a#b",       "%2e",    "..%2f..%2fetc", "%c0%ae%c0%ae%2f"}) {
    EXPECT_FALSE(parse_target("/" + way).ok()) << way;
  }
  for (const std::string target : {"", "a", "*", "http://a/b", "?a=b"}) {
    EXPECT_FALSE(parse_target(target).ok()) << target;
  }
  EXPECT_FALSE(parse_target("/a?b=%zz").ok());
}

TEST(HttpResponse, AlwaysForbidsWhatPagesOfOthersCouldDo) {
  for (const auto& response : {refusal(404, "no"),
                               HttpResponse{.type = "text/html"},
                               HttpResponse{.live = LiveStream{}}}) {
    const std::string bytes = to_bytes(response, false, false);
    EXPECT_NE(bytes.find("Content-Security-Policy: default-src 'none'; script-src 'self'"),
              std::string::npos);
    EXPECT_NE(bytes.find("X-Content-Type-Options: nosniff"), std::string::npos);
    EXPECT_NE(bytes.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(bytes.find("Access-Control"), std::string::npos);
    EXPECT_EQ(bytes.find("unsafe"), std::string::npos);
  }
  const std::string head = to_bytes(refusal(404, "no"), true, true);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  EXPECT_NE(head.find("Content-Length: 31\r\n"), std::string::npos) << head;
}

}  // namespace
}  // namespace luthier
