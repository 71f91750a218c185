#pragma once

#include <cstdint>
#include <vector>

#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// Refuses a model of the host that could harm the process, and no other. It also accepts models
/// that `CheckModel` refuses, which knows what each operator does to shapes and types: LiteRT
/// supports more. This function checks:
///
/// - the FlatBuffer, by reading it (`ModelFile`), and data that lies behind it;
/// - the tensors: types, sizes without overflow, constants whose size fits their shape exactly;
/// - the graphs: indices, every operator in an order in which its inputs are there, each tensor
///   written once, and no constant or input;
/// - calls of subgraphs: no graph calls itself, directly or indirectly;
/// - the memory that the file's shapes require between the operators: at most 4 GiB.
///
/// It refuses, with a specific message, models compiled for an accelerator and weights in other
/// files. LiteRT checks whether shapes, types and options fit.
///
/// Throws `Error(kModel)` with the reason, or `Error(kLimit)`.
ModelSummary CheckHostModel(const ModelFile& file);

/// Refuses a graph of the checked file that cannot run, and names the reason: the graph, or one
/// that it calls, contains strings or a custom operator that LiteRT does not include. Files for
/// on-device training have both in their graphs for saving and restoring, next to the one that
/// predicts. Throws `Error(kModel)`.
void RequireRunnable(const ModelFile& file, size_t graph);

/// Whether a graph keeps state from run to run: variables, resources, tables, random numbers.
bool KeepsState(const ModelFile& file);

/// The graph's inputs that a kernel takes over when it is prepared, by their tensors: the states of
/// an LSTM with five inputs, which it moves to TensorFlow Lite's own memory.
std::vector<int32_t> InputsTakenOver(const ModelFile& file, size_t graph);

}  // namespace wasmedge_embed
