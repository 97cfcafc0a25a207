#include "gateway/plugins/plugins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/messages.hpp"
#include "core/connector/plugin.hpp"

namespace gerbang::plugins {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Plugins : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gerbang-plugins-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base = name;
    folder = base + "/connectors";
    fs::create_directory(folder);
    ASSERT_EQ(::chmod(folder.c_str(), 0750), 0);
  }
  void TearDown() override { fs::remove_all(base); }

  // One of the built shared objects under the file name of channel `name`.
  void put(const std::string& object, const std::string& name) {
    fs::copy_file(built(object), file(name));
    ASSERT_EQ(::chmod(file(name).c_str(), 0640), 0);
  }
  static std::string built(const std::string& object) {
    return GERBANG_PLUGINS_FOR_TEST "/gerbang-" + object + ".so";
  }
  std::string file(const std::string& name) const { return folder + "/gerbang-" + name + ".so"; }

  Error refusal(const std::string& name) {
    auto loaded = load(folder, name);
    EXPECT_FALSE(loaded.ok()) << name << " is loaded";
    Error error = loaded ? Error(ErrorKind::bug, "loaded") : std::move(loaded).error();
    EXPECT_TRUE(messages::has_message(error.code)) << error.describe();
    return error;
  }

  std::string base, folder;
};

TEST_F(Plugins, a_connector_with_our_stamp_is_loaded_and_works) {
  put("good", "sample");
  Registry registry;
  const auto done = load_all(registry, folder, {"sample"});
  ASSERT_TRUE(done) << done.error().describe();
  const Connector* connector = registry.find("sample");
  ASSERT_NE(connector, nullptr);
  EXPECT_EQ(connector->info().display_name, "Pasar Contoh");
  // Values, failures and exchanges go over the border both ways.
  CallContext ctx;
  ctx.app.api_url = "https://pasar.example";
  ctx.app.secret = Secret("kunci");
  OrderWindow window;
  auto exchange = connector->list_orders(ctx, window);
  auto request = exchange.start();
  ASSERT_TRUE(request);
  EXPECT_THAT(request->url, HasSubstr("https://pasar.example/v1/orders"));
  HttpResponse answer;
  answer.status = 429;
  EXPECT_FALSE(exchange.reply(answer));
  const auto outcome = exchange.take();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::throttled);
  // One that is dropped in the middle is destroyed on the other side.
  auto dropped = connector->fetch_orders(ctx, {"1"});
  EXPECT_TRUE(dropped.start());
}

TEST_F(Plugins, without_a_stamp_it_is_refused) {
  put("bare", "bare");
  EXPECT_EQ(refusal("bare").code, "connector_stamp_missing");
}

TEST_F(Plugins, with_another_stamp_it_is_refused_and_nothing_of_it_is_called) {
  put("other_stamp", "other_stamp");
  const Error error = refusal("other_stamp");
  EXPECT_EQ(error.code, "connector_stamp_differs");
  EXPECT_THAT(error.detail, HasSubstr("built with \"headers 0000"));
}

TEST_F(Plugins, the_stamp_names_what_must_agree) {
  const std::string stamp = GERBANG_CONNECTOR_STAMP;
  for (const char* item : {"gerbang-connector 1", "; headers ", "; compiler ", "; abi ", "; c++ ",
                           "; libstdc++ ", "; cxx11 ", "; checks ", "; sanitizer "})
    EXPECT_THAT(stamp, HasSubstr(item));
  EXPECT_EQ(std::string(GERBANG_INTERFACE_HASH).size(), 32u);
}

TEST_F(Plugins, a_stamp_without_a_connector_is_refused) {
  put("empty", "empty");
  EXPECT_EQ(refusal("empty").code, "connector_not_made");
  put("throws", "throws");
  EXPECT_EQ(refusal("throws").code, "connector_not_made");
}

TEST_F(Plugins, the_connector_of_another_channel_is_refused) {
  put("good", "pasar");
  const Error error = refusal("pasar");
  EXPECT_EQ(error.code, "connector_not_made");
  EXPECT_THAT(error.detail, HasSubstr("another channel"));
}

TEST_F(Plugins, a_channel_has_one_connector) {
  put("good", "sample");
  Registry registry;
  ASSERT_TRUE(load_all(registry, folder, {"sample"}));
  const auto again = load_all(registry, folder, {"sample"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "connector_duplicate");
  EXPECT_EQ(registry.all().size(), 1u);
}

TEST_F(Plugins, its_own_codes_have_its_own_words) {
  put("good", "sample");
  const auto words = [&](const std::string& lines) {
    const std::string path = folder + "/gerbang-sample.codes.tsv";
    std::ofstream(path) << lines;
    EXPECT_EQ(::chmod(path.c_str(), 0640), 0);
    return path;
  };
  words("pasar_libur\tPasar libur\tTunggu.\tno more\n");
  const Error broken = refusal("sample");
  EXPECT_EQ(broken.code, "connector_words_broken");
  EXPECT_THAT(broken.detail, HasSubstr("gerbang-sample.codes.tsv, line 1"));
  words("token_expired\tx\tx\tx\tx\n");
  EXPECT_EQ(refusal("sample").code, "connector_words_differ");
  EXPECT_FALSE(messages::has_message("pasar_libur"));

  const std::string path = words("pasar_libur\tPasar libur\tTunggu.\tClosed\tWait.\n");
  ASSERT_EQ(::chmod(path.c_str(), 0646), 0);
  EXPECT_EQ(refusal("sample").code, "connector_file_unsafe");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_TRUE(load(folder, "sample"));
  EXPECT_EQ(messages::message("pasar_libur", messages::Language::id).title, "Pasar libur");
}

TEST_F(Plugins, nothing_outside_the_folder_is_loaded) {
  fs::copy_file(built("good"), base + "/gerbang-sample.so");
  for (const char* name : {"../sample", "/sample", "sample/../../sample", "", ".", "Sample", "a b"})
    EXPECT_EQ(refusal(name).code, "connector_name_invalid") << name;
  // Neither by a link of the right name.
  fs::create_symlink(base + "/gerbang-sample.so", file("sample"));
  EXPECT_EQ(refusal("sample").code, "connector_file_unsafe");
}

TEST_F(Plugins, what_everybody_may_write_is_not_loaded) {
  put("good", "sample");
  ASSERT_EQ(::chmod(file("sample").c_str(), 0666), 0);
  EXPECT_EQ(refusal("sample").code, "connector_file_unsafe");
  ASSERT_EQ(::chmod(file("sample").c_str(), 0640), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 01777), 0);
  EXPECT_EQ(refusal("sample").code, "connector_file_unsafe");
  ASSERT_EQ(::chmod(folder.c_str(), 0750), 0);
  EXPECT_TRUE(load(folder, "sample"));
}

TEST_F(Plugins, a_missing_and_a_broken_file_are_told_apart) {
  EXPECT_EQ(refusal("sample").code, "connector_file_missing");
  std::ofstream(file("sample")) << "this is no shared object";
  EXPECT_EQ(refusal("sample").code, "connector_file_broken");
  fs::create_directory(file("pasar"));
  EXPECT_EQ(refusal("pasar").code, "connector_file_broken");
  const auto nowhere = load(base + "/nowhere", "sample");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, "connector_file_missing");
}

}  // namespace
}  // namespace gerbang::plugins
