// Numbers that are known only while a model runs, in the tensors that kernels use as indices,
// counts or divisors: a run with such numbers is refused or correct, and accesses nothing else.
// Also run with AddressSanitizer, which checks what LiteRT copies.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/invocation.h"
#include "inference/run/model.h"
#include "inference/run/session.h"
#include "test/operator_models.h"

namespace wasmedge_embed {
namespace {

using Longs = std::vector<int64_t>;

constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();

/// A guest's model, the values of one of its inputs, and the outcome.
struct Numbers {
  const char* name;
  const char* model;
  size_t input;
  /// Used in order, and repeated if there are fewer than elements.
  Longs values;
  bool runs;
};

void PrintTo(const Numbers& numbers, std::ostream* stream) { *stream << numbers.name; }

template <typename T>
std::vector<uint8_t> Filled(uint64_t bytes, const Longs& values) {
  std::vector<T> elements(bytes / sizeof(T));
  for (size_t i = 0; i < elements.size(); ++i) {
    elements[i] = static_cast<T>(values[i % values.size()]);
  }
  return test::BytesOf(elements);
}

std::vector<uint8_t> Filled(const TensorInfo& info, const Longs& values) {
  switch (info.type) {
    case TensorType::kFloat32:
      return Filled<float>(info.byte_size, values);
    case TensorType::kInt64:
      return Filled<int64_t>(info.byte_size, values);
    case TensorType::kInt32:
      return Filled<int32_t>(info.byte_size, values);
    default:
      return Filled<uint8_t>(info.byte_size, values);
  }
}

class ModelValuesTest : public testing::TestWithParam<Numbers> {};

TEST_P(ModelValuesTest, AreRefusedOrRight) {
  const Numbers& numbers = GetParam();
  const auto bytes = test::BuildModel(test::OperatorModelNamed(numbers.model));
  const auto model =
      std::make_shared<Model>(PageBuffer::Copy(bytes.data(), bytes.size()), ModelLimits::Guest());
  for (const Kernels kernels : {Kernels::kXnnpack, Kernels::kBuiltin, Kernels::kBuiltin}) {
    Session session(model, {1, kernels, true});
    for (size_t i = 0; i < model->inputs().size(); ++i) {
      const auto filled =
          Filled(model->inputs()[i], i == numbers.input ? numbers.values : Longs{1, 2, 3});
      ASSERT_TRUE(session.SetInput(i, filled.data(), filled.size()));
    }
    Invocation invocation;
    // Twice: a refused run leaves the model usable.
    for (int run = 0; run < 2; ++run) {
      if (numbers.runs) {
        EXPECT_NO_THROW(session.Run(invocation));
      } else {
        EXPECT_THROW(session.Run(invocation), Error);
      }
    }
  }
}

const Numbers kNumbers[] = {
    {"GatherLast", "GATHER_ND, FLOAT32", 1, {4, 2}, true},
    {"GatherBeyond", "GATHER_ND, FLOAT32", 1, {5, 0}, false},
    {"GatherBeyondWithin", "GATHER_ND, FLOAT32", 1, {0, 3}, false},
    {"GatherNegative", "GATHER_ND, UINT8", 1, {0, -1}, false},
    {"GatherMost", "GATHER_ND, INT64", 1, {kMost, kMost}, false},
    {"GatherWraps", "GATHER_ND, FLOAT32 by INT64", 1, {int64_t{1} << 32}, false},
    {"GatherLongest",
     "GATHER_ND, FLOAT32 by INT64",
     1,
     {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()},
     false},
    {"ScatterLast", "SCATTER_ND, FLOAT32", 0, {4, 2, 0, 0}, true},
    {"ScatterBeyond", "SCATTER_ND, FLOAT32", 0, {5, 0}, false},
    {"ScatterNegative", "SCATTER_ND, UINT8", 0, {-1, 0}, false},
    {"ScatterMost", "SCATTER_ND, INT64", 0, {kMost, kLeast}, false},
    {"EmbeddingLast", "EMBEDDING_LOOKUP, FLOAT32", 0, {9, 0}, true},
    {"EmbeddingBeyond", "EMBEDDING_LOOKUP, FLOAT32", 0, {0, 10}, false},
    {"EmbeddingNegative", "EMBEDDING_LOOKUP, UINT8", 0, {-1}, false},
    {"EmbeddingMost", "EMBEDDING_LOOKUP, UINT8 to FLOAT32", 0, {kMost, kLeast}, false},
    {"OneHotBeyond", "ONE_HOT, FLOAT32", 0, {kMost, kLeast, 7, -1}, true},
    {"OneHotLong",
     "ONE_HOT, UINT8 by INT64",
     0,
     {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()},
     true},
    {"DivisionOfLeast", "FLOOR_DIV, INT32", 0, {kLeast, kMost}, true},
    {"RemainderOfLeast", "FLOOR_MOD, INT32", 0, {kLeast, kMost}, true},
    {"RemainderOfLongest", "FLOOR_MOD, INT64", 0, {std::numeric_limits<int64_t>::min()}, true},
    {"PowerOfMost", "POW, INT32", 0, {kLeast, kMost, 2}, true},
    {"SumOfMost", "CUMSUM, INT32", 0, {kLeast, kMost, kMost}, true},
    {"ProductOfMost", "REDUCE_PROD, INT32", 0, {kLeast, kMost, -1}, true},
    {"SignOfLeast", "SIGN, INT32", 0, {kLeast, 0}, true},
    {"ConditionsBeyondOne", "SELECT, FLOAT32", 0, {0, 1, 2, 255}, true},
    {"StretchedConditionsBeyondOne", "SELECT_V2, UINT8", 0, {0, 1, 2, 255}, true},
    {"BooleansBeyondOne", "LOGICAL_AND, BOOL", 0, {0, 1, 2, 255}, true},
    {"ReducedBooleansBeyondOne", "REDUCE_ANY, BOOL", 0, {0, 1, 2, 255}, true},
};
INSTANTIATE_TEST_SUITE_P(Models, ModelValuesTest, testing::ValuesIn(kNumbers),
                         [](const testing::TestParamInfo<Numbers>& info) {
                           return info.param.name;
                         });

TEST(TopKTest, NoNumbersAreSortedBehindAllOthers) {
  const auto bytes = test::BuildModel(test::OperatorModelNamed("TOPK_V2, FLOAT32 whole"));
  const auto model =
      std::make_shared<Model>(PageBuffer::Copy(bytes.data(), bytes.size()), ModelLimits::Guest());
  std::vector<float> row(model->inputs()[0].byte_size / sizeof(float));
  for (size_t i = 0; i < row.size(); ++i) {
    row[i] = i % 3 == 0 ? std::numeric_limits<float>::quiet_NaN()
                        : static_cast<float>(i * 37 % row.size());
  }
  Session session(model, {1, Kernels::kXnnpack, true});
  const auto input = test::BytesOf(row);
  ASSERT_TRUE(session.SetInput(0, input.data(), input.size()));
  Invocation invocation;
  session.Run(invocation);
  std::vector<bool> seen(row.size());
  for (size_t i = 0; i < row.size(); ++i) {
    int32_t place = 0;
    std::memcpy(&place, session.Output(1) + i * sizeof(place), sizeof(place));
    ASSERT_TRUE(place >= 0 && static_cast<size_t>(place) < row.size());
    EXPECT_FALSE(seen[static_cast<size_t>(place)]) << place;
    seen[static_cast<size_t>(place)] = true;
  }
}

}  // namespace
}  // namespace wasmedge_embed
