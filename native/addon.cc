#include <napi.h>

#include "bindings/absent_llvm_object.h"
#include "bindings/addon_data.h"
#include "bindings/compile.h"
#include "bindings/compile_turn_object.h"
#include "bindings/input_object.h"
#include "bindings/instance_object.h"
#include "bindings/model_object.h"
#include "bindings/module_object.h"
#include "bindings/module_source_object.h"
#include "bindings/runtime.h"

namespace {

// Runs once for each environment: the main thread's and each worker thread's.
Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  using namespace wasmedge_embed;
  AddonData::Create(env);
  exports.Set("Instance", InstanceObject::Define(env));
  exports.Set("Module", ModuleObject::Define(env));
  exports.Set("ModuleSource", ModuleSourceObject::Define(env));
  exports.Set("Model", ModelObject::Define(env));
  exports.Set("Input", InputObject::Define(env));
  exports.Set("AbsentLlvmFile", AbsentLlvmObject::Define(env));
  exports.Set("CompileTurn", CompileTurnObject::Define(env));
  exports.Set("compile", Napi::Function::New(env, &Compile, "compile"));
  exports.Set("dieWithParent", Napi::Function::New(env, &KillWithParent, "dieWithParent"));
  exports.Set("endAboveMemory", Napi::Function::New(env, &WatchMemory, "endAboveMemory"));
  exports.Set("operatorName", Napi::Function::New(env, &NameOperator, "operatorName"));
  exports.Set("trapName", Napi::Function::New(env, &NameTrap, "trapName"));
  exports.Set("inference", Napi::Function::New(env, &OpenInference, "inference"));
  exports.Set("runtime", Napi::Function::New(env, &OpenRuntime, "runtime"));
  return exports;
}

}  // namespace

NODE_API_MODULE(wasmedge_embed, Initialize)
