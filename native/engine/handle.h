#pragma once

#include <memory>

#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// Calls the library's delete function for one kind of context.
template <typename Context, void (*wasmedge::Api::*kDelete)(Context*)>
struct ContextDeleter {
  const wasmedge::Api* api = nullptr;
  void operator()(Context* context) const noexcept { (api->*kDelete)(context); }
};

/// Owns a context of WasmEdge's C API. Contexts that the library only lends (a found function, a
/// frame's memory, a listed import) are plain pointers to const and are never put into a handle.
template <typename Context, void (*wasmedge::Api::*kDelete)(Context*)>
using Handle = std::unique_ptr<Context, ContextDeleter<Context, kDelete>>;

using AstModuleHandle = Handle<wasmedge::AstModuleContext, &wasmedge::Api::ASTModuleDelete>;
using AsyncHandle = Handle<wasmedge::Async, &wasmedge::Api::AsyncDelete>;
using CompilerHandle = Handle<wasmedge::CompilerContext, &wasmedge::Api::CompilerDelete>;
using ConfigureHandle = Handle<wasmedge::ConfigureContext, &wasmedge::Api::ConfigureDelete>;
using ExecutorHandle = Handle<wasmedge::ExecutorContext, &wasmedge::Api::ExecutorDelete>;
using FunctionInstanceHandle =
    Handle<wasmedge::FunctionInstanceContext, &wasmedge::Api::FunctionInstanceDelete>;
using FunctionTypeHandle =
    Handle<wasmedge::FunctionTypeContext, &wasmedge::Api::FunctionTypeDelete>;
using LoaderHandle = Handle<wasmedge::LoaderContext, &wasmedge::Api::LoaderDelete>;
using ModuleInstanceHandle =
    Handle<wasmedge::ModuleInstanceContext, &wasmedge::Api::ModuleInstanceDelete>;
using StatisticsHandle = Handle<wasmedge::StatisticsContext, &wasmedge::Api::StatisticsDelete>;
using StoreHandle = Handle<wasmedge::StoreContext, &wasmedge::Api::StoreDelete>;
using ValidatorHandle = Handle<wasmedge::ValidatorContext, &wasmedge::Api::ValidatorDelete>;

/// Takes ownership of a context that a create function returned.
template <typename HandleType>
HandleType Own(const wasmedge::Api& api, typename HandleType::pointer context) {
  if (context == nullptr) throw std::bad_alloc();
  return HandleType(context, {&api});
}

}  // namespace wasmedge_embed
