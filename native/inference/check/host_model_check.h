#pragma once

#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// Refuses a model of the host's that could harm the process, and nothing else: for those that
/// `CheckModel` refuses, since it knows what each operator does to shapes and types, and LiteRT
/// knows more. What is checked:
///
/// - the FlatBuffer, by reading it (`ModelFile`), and data that lies behind it;
/// - the tensors: types, sizes without overflow, constants of exactly the size of their shape;
/// - the graphs: indices, every operator in an order in which its inputs are there, each tensor
///   written once, and no constant or input;
/// - calls of subgraphs: no graph calls itself, in whatever way;
/// - the memory: what the file's shapes ask for between the operators, at most 4 GiB.
///
/// Refused by name: models compiled for an accelerator, weights in other files. Whether shapes,
/// types and options fit is left to LiteRT.
///
/// Throws `Error(kModel)` with the reason, `Error(kLimit)`.
ModelSummary CheckHostModel(const ModelFile& file);

/// Refuses by its name what keeps a graph of the checked file from running: in it, or in a graph
/// that it calls, a custom operator that LiteRT does not include, or strings. Files for training on
/// a device have both in the graphs that save and restore, beside the one that predicts. Throws
/// `Error(kModel)`.
void RequireRunnable(const ModelFile& file, size_t graph);

/// Whether a graph keeps something from run to run: variables, resources, tables, numbers that are
/// drawn at random.
bool KeepsState(const ModelFile& file);

/// Whether a kernel takes inputs of the graph for its own when it is prepared: the LSTM of five
/// inputs, which keeps what it is given as its state in memory of TensorFlow Lite's own.
bool TakesOverInputs(const ModelFile& file, size_t graph);

}  // namespace wasmedge_embed
