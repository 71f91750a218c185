#include <gtest/gtest.h>

#include "compile/compiler.h"
#include "engine/module_source.h"
#include "engine_fixtures.h"

namespace wasmedge_embed {
namespace {

TEST(UnwindingTablesTest, AreDataInWhatIsGivenToWasmEdge) {
  constexpr uint8_t kData = 2;
  const test::TemporaryFile file(".wasm");
  CompileOptions options;
  options.format = CompiledFormat::kUniversal;
  CompileModule(test::TrappingModule(), file.path(), options);
  const auto source = ModuleSource::Read(file.path(), {});
  ASSERT_EQ(source->facts().form, ModuleForm::kUniversal);
  ASSERT_FALSE(source->facts().unwinding.empty());
  for (const size_t place : source->facts().unwinding) EXPECT_EQ(source->bytes()[place], kData);
}

}  // namespace
}  // namespace wasmedge_embed
