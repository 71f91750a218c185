//! Adds functions to a module that call its own functions and return all effects as one number.
//!
//! `case N` () -> i64 calls one or more functions with constant arguments. Its result is a hash of
//! all results, of the globals, of the memory, of the sizes of the tables and of which table
//! elements are null. So, in every engine, one fresh instance per case is enough for the
//! comparison. `prepare` () -> () calls some functions as well: cases may also begin with the state
//! that it leaves.

use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, HeapType, Ieee32,
    Ieee64, InstructionSink, MemArg, TypeSection, ValType,
};
use wasmparser::{
    CompositeInnerType, FuncType, Parser, Payload, RefType, TypeRef, ValType as Parsed,
};

use crate::binary::{self, CODE, EXPORTS, FUNCTIONS, TYPES};
use crate::random::Random;

const CASES_PER_FUNCTION: usize = 3;
/// More than the generator creates; modules of the corpus may have the largest memory.
const HASHED_PAGES: i32 = 16;
const HASHED_ELEMENTS: i32 = 64;

/// What is known about a module.
#[derive(Default)]
struct Outline {
    types: Vec<Option<FuncType>>,
    imported_functions: u32,
    /// Of all functions.
    function_types: Vec<u32>,
    globals: Vec<Parsed>,
    tables: Vec<RefType>,
    has_memory: bool,
    /// A function that constant expressions may refer to.
    declared_function: Option<u32>,
}

/// None if the module has no functions or is malformed.
pub fn add(module: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let outline = outline(module)?;
    let mut sections = binary::sections(module)?;
    let cases = cases(&outline, random);
    if cases.is_empty() {
        return None;
    }

    let type_index = outline.types.len() as u32;
    let state_index = outline.function_types.len() as u32;
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I64]);
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    functions.function(type_index);
    code.function(&state(&outline)?);
    for (number, case) in cases.iter().enumerate() {
        functions.function(type_index);
        exports.export(
            &format!("case {number}"),
            ExportKind::Func,
            state_index + 1 + number as u32,
        );
        code.function(&case_function(&outline, case, state_index, random)?);
    }
    functions.function(type_index + 1);
    exports.export("prepare", ExportKind::Func, state_index + 1 + cases.len() as u32);
    let prepared: &Vec<u32> = random.choose(&cases);
    code.function(&preparing_function(&outline, prepared, random)?);

    for section in &mut sections {
        match section.id {
            TYPES => binary::extend(section, &types)?,
            FUNCTIONS => binary::extend(section, &functions)?,
            EXPORTS => binary::extend(section, &exports)?,
            CODE => binary::extend(section, &code)?,
            _ => {}
        }
    }
    Some(binary::assemble(&sections))
}

fn outline(module: &[u8]) -> Option<Outline> {
    let mut outline = Outline::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload.ok()? {
            Payload::TypeSection(groups) => {
                for group in groups {
                    for sub_type in group.ok()?.into_types() {
                        outline.types.push(match sub_type.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import.ok()?.ty {
                        TypeRef::Func(index) => {
                            outline.imported_functions += 1;
                            outline.function_types.push(index);
                        }
                        TypeRef::Global(global) => outline.globals.push(global.content_type),
                        TypeRef::Table(table) => outline.tables.push(table.element_type),
                        TypeRef::Memory(_) => outline.has_memory = true,
                        _ => return None,
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for index in functions {
                    outline.function_types.push(index.ok()?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    outline.tables.push(table.ok()?.ty.element_type);
                }
            }
            Payload::MemorySection(memories) => outline.has_memory |= memories.count() > 0,
            Payload::GlobalSection(globals) => {
                for global in globals {
                    outline.globals.push(global.ok()?.ty.content_type);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.ok()?;
                    if export.kind == wasmparser::ExternalKind::Func {
                        outline.declared_function = Some(export.index);
                    }
                }
            }
            _ => {}
        }
    }
    Some(outline)
}

/// The functions that each case calls: first cases that call one function, then cases that call
/// four in a row.
fn cases(outline: &Outline, random: &mut Random) -> Vec<Vec<u32>> {
    let own: Vec<u32> = (outline.imported_functions..outline.function_types.len() as u32).collect();
    let mut cases: Vec<Vec<u32>> =
        own.iter().flat_map(|&function| vec![vec![function]; CASES_PER_FUNCTION]).collect();
    for _ in 0..own.len() {
        cases.push((0..4).map(|_| *random.choose(&own)).collect());
    }
    cases
}

/// The locals of the added functions: the hash, and for each type one that holds a value.
mod local {
    pub const HASH: u32 = 0;
    pub const F32: u32 = 1;
    pub const F64: u32 = 2;
    pub const V128: u32 = 3;
    pub const POSITION: u32 = 4;
    pub const END: u32 = 5;
}

fn new_function() -> Function {
    Function::new([
        (1, ValType::I64),
        (1, ValType::F32),
        (1, ValType::F64),
        (1, ValType::V128),
        (2, ValType::I32),
    ])
}

fn case_function(
    outline: &Outline,
    functions: &[u32],
    state: u32,
    random: &mut Random,
) -> Option<Function> {
    let mut function = new_function();
    let code = &mut function.instructions();
    call_all(code, outline, functions, random, fold)?;
    code.call(state);
    mix(code);
    code.local_get(local::HASH).end();
    Some(function)
}

fn preparing_function(
    outline: &Outline,
    functions: &[u32],
    random: &mut Random,
) -> Option<Function> {
    let mut function = Function::new([]);
    let code = &mut function.instructions();
    call_all(code, outline, functions, random, |code, _| {
        code.drop();
        Some(())
    })?;
    code.end();
    Some(function)
}

/// Calls the functions with constant arguments; `pop` pops each of their results.
fn call_all(
    code: &mut InstructionSink<'_>,
    outline: &Outline,
    functions: &[u32],
    random: &mut Random,
    pop: impl Fn(&mut InstructionSink<'_>, Parsed) -> Option<()>,
) -> Option<()> {
    for &index in functions {
        let type_index = outline.function_types[index as usize] as usize;
        let function_type = outline.types.get(type_index)?.as_ref()?;
        for parameter in function_type.params() {
            constant(code, *parameter, outline, random)?;
        }
        code.call(index);
        for result in function_type.results().iter().rev() {
            pop(code, *result)?;
        }
    }
    Some(())
}

fn state(outline: &Outline) -> Option<Function> {
    let mut function = new_function();
    let code = &mut function.instructions();
    for (index, global) in outline.globals.iter().enumerate() {
        code.global_get(index as u32);
        fold(code, *global)?;
    }
    for table in 0..outline.tables.len() as u32 {
        hash_table(code, table);
    }
    if outline.has_memory {
        hash_memory(code);
    }
    code.local_get(local::HASH).end();
    Some(function)
}

fn hash_table(code: &mut InstructionSink<'_>, table: u32) {
    code.table_size(table).i64_extend_i32_u();
    mix(code);
    code.table_size(table);
    at_most(code, HASHED_ELEMENTS);
    code.i32_const(0).local_set(local::POSITION);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(local::POSITION).local_get(local::END);
    code.i32_ge_u().br_if(1);
    code.local_get(local::POSITION).table_get(table);
    code.ref_is_null().i64_extend_i32_u();
    mix(code);
    code.local_get(local::POSITION).i32_const(1).i32_add();
    code.local_set(local::POSITION).br(0).end().end();
}

/// Sixty-four bytes at a time, to be fast enough in an interpreter.
fn hash_memory(code: &mut InstructionSink<'_>) {
    code.memory_size(0).i64_extend_i32_u();
    mix(code);
    code.memory_size(0);
    at_most(code, HASHED_PAGES);
    code.local_get(local::END).i32_const(16).i32_shl();
    code.local_set(local::END);
    code.i32_const(0).local_set(local::POSITION);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(local::POSITION).local_get(local::END);
    code.i32_ge_u().br_if(1);
    for part in 0..4 {
        code.local_get(local::V128).i32_const(0x0100_0193);
        code.i32x4_splat().i32x4_mul().local_get(local::POSITION);
        code.v128_load(MemArg { offset: part * 16, align: 0, memory_index: 0 });
        code.i32x4_add().local_set(local::V128);
    }
    code.local_get(local::POSITION).i32_const(64).i32_add();
    code.local_set(local::POSITION).br(0).end().end();
    code.local_get(local::V128).i64x2_extract_lane(0);
    mix(code);
    code.local_get(local::V128).i64x2_extract_lane(1);
    mix(code);
}

/// Pops a number, and stores the smaller of it and the limit in the local END.
fn at_most(code: &mut InstructionSink<'_>, limit: i32) {
    code.local_tee(local::END).i32_const(limit);
    code.local_get(local::END).i32_const(limit).i32_lt_u();
    code.select().local_set(local::END);
}

/// Pops a value and mixes it into the hash; all NaNs are treated as equal.
fn fold(code: &mut InstructionSink<'_>, value: Parsed) -> Option<()> {
    match value {
        Parsed::I32 => {
            code.i64_extend_i32_u();
        }
        Parsed::I64 => {}
        Parsed::F32 => {
            code.local_tee(local::F32).i32_reinterpret_f32();
            code.i32_const(0x7fc0_0000);
            code.local_get(local::F32).local_get(local::F32).f32_eq();
            code.select().i64_extend_i32_u();
        }
        Parsed::F64 => {
            code.local_tee(local::F64).i64_reinterpret_f64();
            code.i64_const(0x7ff8_0000_0000_0000);
            code.local_get(local::F64).local_get(local::F64).f64_eq();
            code.select();
        }
        Parsed::V128 => {
            code.local_tee(local::V128).i64x2_extract_lane(0);
            mix(code);
            code.local_get(local::V128).i64x2_extract_lane(1);
        }
        Parsed::Ref(_) => {
            code.ref_is_null().i64_extend_i32_u();
        }
    }
    mix(code);
    Some(())
}

/// Pops a 64-bit number.
fn mix(code: &mut InstructionSink<'_>) {
    code.local_get(local::HASH).i64_xor();
    code.i64_const(0x9e37_79b9_7f4a_7c15_u64 as i64).i64_mul();
    code.i64_const(23).i64_rotl().local_set(local::HASH);
}

fn constant(
    code: &mut InstructionSink<'_>,
    value: Parsed,
    outline: &Outline,
    random: &mut Random,
) -> Option<()> {
    match value {
        Parsed::I32 => code.i32_const(integer(random) as i32),
        Parsed::I64 => code.i64_const(integer(random)),
        Parsed::F32 => code.f32_const(Ieee32::new(match random.below(8) {
            0 => random.next() as u32,
            _ => (number(random) as f32).to_bits(),
        })),
        Parsed::F64 => code.f64_const(Ieee64::new(match random.below(8) {
            0 => random.next(),
            _ => number(random).to_bits(),
        })),
        Parsed::V128 => {
            let halves = [integer(random) as u64, random.next()];
            code.v128_const(((u128::from(halves[0]) << 64) | u128::from(halves[1])) as i128)
        }
        Parsed::Ref(reference) if reference.is_func_ref() => match outline.declared_function {
            Some(function) if random.one_in(2) => code.ref_func(function),
            _ => code.ref_null(HeapType::FUNC),
        },
        Parsed::Ref(reference) if reference.is_extern_ref() => code.ref_null(HeapType::EXTERN),
        Parsed::Ref(_) => return None,
    };
    Some(())
}

fn integer(random: &mut Random) -> i64 {
    match random.below(6) {
        0 => random.next() as i64,
        1 => random.below(256) as i64,
        2 => 65_536 * random.below(5) as i64 - random.below(20) as i64,
        _ => *random.choose(&[
            0,
            1,
            2,
            31,
            32,
            63,
            64,
            -1,
            -2,
            i64::from(i32::MAX),
            i64::from(i32::MIN),
            i64::from(u32::MAX),
            i64::MAX,
            i64::MIN,
        ]),
    }
}

fn number(random: &mut Random) -> f64 {
    *random.choose(&[
        0.0,
        -0.0,
        0.5,
        -1.5,
        1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        2_147_483_647.0,
        -2_147_483_649.0,
        4_294_967_296.0,
        9_223_372_036_854_775_807.0,
        -9_223_372_036_854_775_808.0,
        18_446_744_073_709_551_616.0,
        1e300,
        3.4e38,
    ])
}
