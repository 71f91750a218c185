//! Every instruction that reads or writes memory, at addresses around the ends of the memory.
//!
//! `at WIDTH OFFSET TITLE` (address: i32, value: i64) -> i64 accesses WIDTH bytes at address +
//! OFFSET. `fixed …` () -> i64 accesses an address, in some cases with a value, that the compiler
//! knows. `bulk TITLE` (i32, i32, i32) -> i64 is memory.copy, memory.fill or memory.init with its
//! operands. The results are computed from what was read and from both ends of the memory
//! afterwards.

use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ExportKind, ExportSection, Function,
    FunctionSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection,
    ValType,
};

use crate::instructions::{accesses, all_values, FACTOR, PATTERNS};

const PAGE: u64 = 65_536;
const GIB_4: u64 = 1 << 32;
/// How many bytes at each end of the memory are not 0 and part of the result.
const EDGE: u64 = 64;

const OFFSETS: [u32; 8] =
    [0, 1, PAGE as u32 - 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fff9, 0xffff_ffff];

// Types.
const ADDRESSED: u32 = 0;
const PLAIN: u32 = 1;
const BULK: u32 = 2;
const HASH: u32 = 3;

/// The modules, each with its name.
pub fn modules() -> Vec<(String, Vec<u8>)> {
    let mut modules = Vec::new();
    for (title, pages, maximum) in [
        ("one-page", 1, Some(1)),
        ("growable", 1, None),
        ("no-page", 0, Some(1)),
        ("largest", GIB_4 / PAGE, None),
    ] {
        // The first two differ only in the maximum.
        match title {
            "growable" => modules.push((format!("fixed-{title}"), fixed_module(pages, maximum))),
            "one-page" => modules.push((format!("at-{title}"), at_module(pages, maximum))),
            "largest" => {
                modules.push((format!("at-{title}"), at_module(pages, maximum)));
                modules.push((format!("fixed-{title}"), fixed_module(pages, maximum)));
            }
            _ => {}
        }
        modules.push((format!("bulk-{title}"), bulk_module(pages, maximum)));
    }
    modules
}

fn at_module(pages: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut builder = Builder::new(pages, maximum);
    for offset in OFFSETS {
        for access in accesses(&all_values()) {
            let mut function = Function::new([(1, ValType::V128)]);
            let code = &mut function.instructions();
            code.local_get(0);
            (access.emit)(code, argument(offset));
            builder.finish_with_edges(code);
            let name = format!("at {} {} {}", access.width, offset, access.title);
            builder.add(&name, ADDRESSED, &function);
        }
    }
    builder.module()
}

fn fixed_module(pages: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut builder = Builder::new(pages, maximum);
    for offset in OFFSETS {
        for access in accesses(&PATTERNS) {
            for address in fixed_addresses(pages * PAGE, offset, access.width) {
                let mut function =
                    Function::new([(1, ValType::I32), (1, ValType::I64), (1, ValType::V128)]);
                let code = &mut function.instructions();
                code.i32_const(address as i32);
                (access.emit)(code, argument(offset));
                builder.finish_with_edges(code);
                let name = format!("fixed {address}+{offset} {}", access.title);
                builder.add(&name, PLAIN, &function);
            }
        }
    }
    builder.module()
}

/// The last address that fits, the first that does not, and one that is half outside. Beyond 4 GiB
/// all memories behave the same, and the largest is tested for them.
fn fixed_addresses(size: u64, offset: u32, width: u64) -> Vec<u32> {
    let offset = u64::from(offset);
    let highest = u64::from(u32::MAX) + offset;
    let around = |end: u64| [end - width, end - width + 1, end - width / 2 - 1];
    let mut places = around(size).to_vec();
    if size == GIB_4 {
        places.extend(around(2 * GIB_4));
        places.extend([highest, highest - 6]);
    }
    let mut addresses: Vec<u32> =
        places.iter().filter_map(|place| place.checked_sub(offset)?.try_into().ok()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

fn bulk_module(pages: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut builder = Builder::new(pages, maximum);
    let segment = builder.passive_segment();
    type Emit = Box<dyn Fn(&mut InstructionSink<'_>)>;
    let instructions: [(&str, Emit); 3] = [
        ("copy", Box::new(|code| _ = code.memory_copy(0, 0))),
        ("fill", Box::new(|code| _ = code.memory_fill(0))),
        ("init", Box::new(move |code| _ = code.memory_init(0, segment))),
    ];
    for (title, emit) in &instructions {
        for length in [None, Some(0), Some(1), Some(8), Some(16), Some(63), Some(64), Some(-1)] {
            let mut function = Function::new([(1, ValType::V128)]);
            let code = &mut function.instructions();
            code.local_get(0).local_get(1);
            match length {
                None => code.local_get(2),
                Some(length) => code.i32_const(length),
            };
            emit(code);
            code.i64_const(0);
            builder.finish_with_edges(code);
            let suffix = length.map_or(String::new(), |length| format!(" of {length}"));
            builder.add(&format!("bulk {title}{suffix}"), BULK, &function);
        }
    }
    builder.module()
}

fn argument(offset: u32) -> MemArg {
    MemArg { offset: offset.into(), align: 0, memory_index: 0 }
}

/// Collects the functions of one module.
struct Builder {
    size: u64,
    types: TypeSection,
    functions: FunctionSection,
    memories: MemorySection,
    exports: ExportSection,
    code: CodeSection,
    data: DataSection,
    /// In the order of their declaration; the function that hashes the edges is the first.
    count: u32,
}

impl Builder {
    fn new(pages: u64, maximum: Option<u64>) -> Self {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32, ValType::I64], [ValType::I64]);
        types.ty().function([], [ValType::I64]);
        types.ty().function([ValType::I32; 3], [ValType::I64]);
        types.ty().function([ValType::I64], [ValType::I64]);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: pages,
            maximum,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut builder = Self {
            size: pages * PAGE,
            types,
            functions: FunctionSection::new(),
            memories,
            exports: ExportSection::new(),
            code: CodeSection::new(),
            data: DataSection::new(),
            count: 0,
        };
        builder.exports.export("memory", ExportKind::Memory, 0);
        if pages > 0 {
            let edge: Vec<u8> = (1..=EDGE as u8).map(|byte| byte.wrapping_mul(0x9d)).collect();
            for address in builder.edges() {
                let address = ConstExpr::i32_const(address as i32);
                builder.data.active(0, &address, edge.iter().copied());
            }
        }
        let edges = builder.edges_function();
        builder.functions.function(HASH);
        builder.code.function(&edges);
        builder.count = 1;
        builder
    }

    fn edges(&self) -> Vec<u64> {
        if self.size == 0 {
            return Vec::new();
        }
        vec![0, self.size - EDGE]
    }

    /// Mixes the bytes at both ends of the memory into a number.
    fn edges_function(&self) -> Function {
        let mut function = Function::new([]);
        let code = &mut function.instructions();
        code.local_get(0);
        for edge in self.edges() {
            for place in (edge..edge + EDGE).step_by(8) {
                code.i64_const(FACTOR).i64_mul();
                code.i32_const(place as i32).i64_load(argument(0)).i64_xor();
            }
        }
        code.end();
        function
    }

    fn finish_with_edges(&self, code: &mut InstructionSink<'_>) {
        code.call(0).end();
    }

    fn passive_segment(&mut self) -> u32 {
        let index = self.data.len();
        self.data.passive((0..200).map(|byte: u8| byte.wrapping_mul(7)));
        index
    }

    fn add(&mut self, name: &str, type_index: u32, function: &Function) {
        self.functions.function(type_index);
        self.exports.export(name, ExportKind::Func, self.count);
        self.code.function(function);
        self.count += 1;
    }

    fn module(self) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.functions)
            .section(&self.memories)
            .section(&self.exports)
            .section(&DataCountSection { count: self.data.len() })
            .section(&self.code)
            .section(&self.data);
        module.finish()
    }
}
