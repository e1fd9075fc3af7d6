// The exact bytes of each kind of file for one small experiment.
#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "loggers/csv.h"
#include "loggers/event_records.h"
#include "loggers/file_logger.h"
#include "loggers/hparams.h"
#include "loggers/json.h"
#include "loggers/tensorboard.h"
#include "support/directory_content.h"
#include "support/scripted_log.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using test::ScriptedLog;

std::map<std::string, std::string> files_of(std::unique_ptr<FileFormat> format,
                                            const ScriptedLog& log) {
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  FileLogger logger(std::move(format), {.name = "golden", .directory = directory.path()});
  EXPECT_TRUE(logger.write_all(log.reader()).ok());
  return content_of(directory.path());
}

ScriptedLog small_log() {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.1}, {"model.layers", 3}, {"model.kind", "a \"b\""}}).start(0);
  log.result(0, 1, {{"loss", 0.5}, {"ok", true}});
  log.result(0, 2, {{"loss", std::nan("")}, {"ok", false}});
  log.add(ResultRepeated{{0}, 1, 2}, 1.0);
  log.result(0, 3, {{"ok", true}, {"note", "x, \"y\"\nz"}, {"date", "mine"}}, DecisionKind::stop);
  return log.end(0);
}

TEST(CsvFile, HasTheseBytes) {
  const auto files = files_of(csv_format(), small_log());
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files.at("trials/00000/progress.csv"),
            "trial_id,training_iteration,time_this_iter_s,time_total_s,time_since_restore,"
            "iterations_since_restore,timestamp,date,done,loss,ok,note,reported/date\n"
            "00000,1,0.5,0.5,0.5,1,1700000000,2023-11-14_22-13-20,false,0.5,true,,\n"
            "00000,2,0.5,1,1,2,1700000001,2023-11-14_22-13-21,false,nan,false,,\n"
            "00000,3,0.5,2.5,2.5,4,1700000002,2023-11-14_22-13-22,true,,true,"
            "\"x, \"\"y\"\"\nz\",mine\n");
}

TEST(CsvFile, WidensRowsWithQuotedLineEnds) {
  ScriptedLog log;
  log.create().trial(0, {}).start(0);
  log.result(0, 1, {{"a\nb", "1\n2"}}).result(0, 2, {{"c", 1}}).result(0, 3, {{"d", 2}}).end(0);
  const std::string file = files_of(csv_format(), log).at("trials/00000/progress.csv");
  const std::string rows = file.substr(file.find("done,") + 5);
  EXPECT_EQ(rows,
            "\"a\nb\",c,d\n"
            "00000,1,0.5,0.5,0.5,1,1700000000,2023-11-14_22-13-20,false,\"1\n2\",,\n"
            "00000,2,0.5,1,1,2,1700000001,2023-11-14_22-13-21,false,,1,\n"
            "00000,3,0.5,1.5,1.5,3,1700000001,2023-11-14_22-13-21,true,,,2\n");
}

TEST(JsonFile, HasTheseBytes) {
  const auto files = files_of(json_format(), small_log());
  ASSERT_EQ(files.size(), 2U);
  const std::string config = R"({"lr": 0.1, "model": {"layers": 3, "kind": "a \"b\""}})";
  EXPECT_EQ(files.at("trials/00000/params.json"), config + "\n");
  EXPECT_EQ(
      files.at("trials/00000/result.json"),
      R"({"trial_id": "00000", "training_iteration": 1, "time_this_iter_s": 0.5, )"
      R"("time_total_s": 0.5, "time_since_restore": 0.5, "iterations_since_restore": 1, )"
      R"("timestamp": 1700000000, "date": "2023-11-14_22-13-20", "loss": 0.5, "ok": true, )"
      R"("config": )" +
          config +
          R"(, "done": false})"
          "\n"
          R"({"trial_id": "00000", "training_iteration": 2, "time_this_iter_s": 0.5, )"
          R"("time_total_s": 1, "time_since_restore": 1, "iterations_since_restore": 2, )"
          R"("timestamp": 1700000001, "date": "2023-11-14_22-13-21", "loss": "NaN", "ok": false, )"
          R"("config": )" +
          config +
          R"(, "done": false})"
          "\n"
          R"({"trial_id": "00000", "training_iteration": 3, "time_this_iter_s": 0.5, )"
          R"("time_total_s": 2.5, "time_since_restore": 2.5, "iterations_since_restore": 4, )"
          R"("timestamp": 1700000002, "date": "2023-11-14_22-13-22", "ok": true, )"
          R"("note": "x, \"y\"\nz", "reported/date": "mine", )"
          R"("config": )" +
          config +
          R"(, "done": true})"
          "\n");
}

TEST(JsonFile, FollowsAChangedConfiguration) {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.1}}).start(0).result(0, 1, {{"loss", 1}});
  log.add(
      TrialChosen{{.trial = {0}, .config = Config{{"lr", 0.2}}, .reason = "exploit"}, "pbt", 1});
  log.start(0, 2, 1).result(0, 2, {{"loss", 1}}).end(0);
  const auto files = files_of(json_format(), log);
  EXPECT_EQ(files.at("trials/00000/params.json"), "{\"lr\": 0.2}\n");
  const std::string& lines = files.at("trials/00000/result.json");
  const auto second = nlohmann::json::parse(lines.substr(lines.find('\n')));
  EXPECT_EQ(nlohmann::json::parse(lines.substr(0, lines.find('\n')))["config"]["lr"], 0.1);
  EXPECT_EQ(second["config"]["lr"], 0.2);
}

TEST(JsonFile, KeepsEveryNameWhenANameIsValueAndGroup) {
  EXPECT_EQ(nested_json({{"a.b", 1}, {"a", 2}, {"c.d.e", 3}, {"c.f", 4}, {"c.d.g", 5}, {".x", 6}}),
            R"({"a.b": 1, "a": 2, "c": {"d": {"e": 3, "g": 5}, "f": 4}, "": {"x": 6}})");
  EXPECT_EQ(nested_json({}), "{}");
}

TEST(JsonFile, NeverCountsTimeBackwards) {
  ScriptedLog log;
  log.create().trial(0, {}).start(0);
  log.result(0, 1, {{"loss", 1}}, DecisionKind::proceed, -3600.0).end(0);
  const std::string line = files_of(json_format(), log).at("trials/00000/result.json");
  EXPECT_EQ(nlohmann::json::parse(line)["time_total_s"], 0);
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

const std::vector<Parameter> kParameters = {
    {"lr", {.kind = DomainKind::loguniform, .low = 1e-5, .high = 0.5}},
    {"layers", {.kind = DomainKind::randint, .low = 1, .high = 9}},
    {"kind", {.kind = DomainKind::choice, .values = {"a", 2}}},
    {"fast", {.kind = DomainKind::grid, .values = {true, false}}},
    {"batch", {.kind = DomainKind::choice, .values = {16, 32}}},
    {"fixed", {.kind = DomainKind::constant, .values = {7}}},
    {"twice", {.kind = DomainKind::expression, .formula = "layers * 2"}},
    {"noise", {.kind = DomainKind::normal, .low = 1, .high = 2}},
};

// The bytes were made with the protocol buffers and the record writer of the tensorboard package.
TEST(TensorBoardFile, HasTheseBytes) {
  ScriptedLog log;
  log.create();
  log.trial(0,
            {{"lr", 0.1},
             {"layers", 3},
             {"kind", 2},
             {"fast", true},
             {"batch", 32},
             {"fixed", 7},
             {"twice", 6},
             {"noise", 0.5}});
  log.start(0).result(0, 1, {{"loss", 0.5}, {"ok", true}, {"text", "no scalar"}});
  log.start(0, 2, 1).result(0, 2, {{"loss", -1e300}, {"n", std::numeric_limits<double>::max()}});
  log.end(0, TrialState::failed);
  const auto files = files_of(
      tensorboard_format("exp", {{"loss", Mode::min}, {"ok", Mode::max}}, kParameters), log);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(hex(files.at("events.out.tfevents.000000.luthier")),
            "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d"
            "1801000000000000a52fdbc80900000040fc54d9412a8c020a89020a145f68706172616d735f2f65"
            "78706572696d656e744af0010aed010a0768706172616d7312e10112de011900000040fc54d94122"
            "1a0a026c722003321209f168e388b5f8e43e11000000000000e03f221e0a066c6179657273200332"
            "1209000000000000f03f11000000000000204022140a046b696e6420012a0a0a031a01610a031a01"
            "3222120a046661737420022a080a0220010a02200022210a05626174636820032a160a0911000000"
            "00000030400a09110000000000004040221d0a056e6f697365200332120900000000000031c01100"
            "000000000033402a130a0612046c6f737322096d696e696d697a65642a110a0412026f6b22096d61"
            "78696d697a65643203657870a71f7e56");
  EXPECT_EQ(hex(files.at("trials/00000/events.out.tfevents.000001.luthier")),
            "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d"
            "c40000000000000040f1e57d0900000040fc54d9412ab8010ab5010a1c5f68706172616d735f2f73"
            "657373696f6e5f73746172745f696e666f4a94010a91010a0768706172616d731285011a82010a0f"
            "0a026c721209119a9999999999b93f0a130a066c617965727312091100000000000008400a0b0a04"
            "6b696e6412031a01320a0a0a0466617374120220010a120a05626174636812091100000000000040"
            "400a120a056e6f697365120911000000000000e03f22106437366663363435383864396634373829"
            "00000040fc54d9412b28c8952500000000000000eabc36f30900002040fc54d94110012a180a0b0a"
            "046c6f7373150000003f0a090a026f6b150000803fb63bc0fd");
  EXPECT_EQ(hex(files.at("trials/00000/events.out.tfevents.000002.luthier")),
            "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110"
            "2400000000000000422b804d0900004040fc54d94110022a170a0b0a046c6f737315000080ff0a08"
            "0a016e150000807f7fd0edd44500000000000000ebe668b00900004040fc54d9412a3a0a380a1a5f"
            "68706172616d735f2f73657373696f6e5f656e645f696e666f4a1a0a180a0768706172616d73120d"
            "220b08021100004040fc54d94196b352ed");
}

TEST(TensorBoardFile, ShowsConstantsOnlyWhereNothingVaries) {
  const std::vector<Parameter> constants = {
      {"fixed", {.kind = DomainKind::constant, .values = {7}}}};
  EXPECT_NE(HParams(constants).experiment("e", {}, 0).find("fixed"), std::string::npos);
  EXPECT_EQ(HParams(kParameters).experiment("e", {}, 0).find("fixed"), std::string::npos);
}

TEST(TensorBoardFile, GroupsEqualConfigurationsOnly) {
  const HParams hparams(kParameters);
  EXPECT_EQ(hparams.session_start({{"fixed", 1}}, 0), hparams.session_start({{"fixed", 1}}, 0));
  EXPECT_NE(hparams.session_start({{"fixed", 1}}, 0), hparams.session_start({{"fixed", 2}}, 0));
}

TEST(TensorBoardFile, RoundsToFloat32AsTheHardwareDoes) {
  const auto scalar = [](double value) {
    std::string out;
    append_scalars(out, 0, 1, {{"x", value}});
    float number = 0;
    std::memcpy(&number, out.data() + out.size() - 8, 4);  // before the checksum
    return number;
  };
  constexpr double kLargest = std::numeric_limits<float>::max();
  EXPECT_EQ(scalar(0.205), 0.205F);
  EXPECT_EQ(scalar(1e-50), 0.0F);
  EXPECT_EQ(scalar(kLargest), std::numeric_limits<float>::max());
  EXPECT_EQ(scalar(kLargest + 0x1p102), std::numeric_limits<float>::max());
  EXPECT_EQ(scalar(-kLargest - 0x1p103), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(scalar(1e300), std::numeric_limits<float>::infinity());
  EXPECT_EQ(scalar(-std::numeric_limits<double>::infinity()),
            -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(scalar(std::nan(""))));
}

}  // namespace
}  // namespace luthier
