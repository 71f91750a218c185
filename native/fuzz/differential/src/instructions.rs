//! The instructions that read or write memory.

use wasm_encoder::{InstructionSink, MemArg};

// Locals of all functions that access memory; in some of them parameters.
const VALUE: u32 = 1;
const VECTOR: u32 = 2;

pub const FACTOR: i64 = 0x9e37_79b9_7f4a_7c15_u64 as i64;

/// Pushes a 64-bit value, from a parameter or a constant, onto the stack.
#[derive(Clone, Copy)]
pub enum Value {
    Given,
    Constant([u64; 2]),
}

const DISTINCT: Value = Value::Constant([0x4141_4242_4343_4444, 0x4545_4646_4747_4848]);
/// Values that a compiler may write in parts, or by other means than it writes other values.
pub const PATTERNS: [(&str, Value); 4] = [
    ("distinct", DISTINCT),
    ("halves", Value::Constant([0x4242_4242_4242_4242, 0x4242_4242_4242_4242])),
    ("zero", Value::Constant([0, 0])),
    ("ones", Value::Constant([u64::MAX, u64::MAX])),
];

type Emit = Box<dyn Fn(&mut InstructionSink<'_>, MemArg)>;

/// One instruction, and code that computes a 64-bit number with it from the address on the stack.
pub struct Access {
    pub title: String,
    /// In bytes.
    pub width: u64,
    pub emit: Emit,
}

macro_rules! access {
    ($title:expr, $width:expr, |$code:ident, $at:ident| $body:expr) => {
        Access {
            title: $title.to_string(),
            width: $width,
            emit: Box::new(move |$code, $at| {
                $body;
            }),
        }
    };
}

macro_rules! vector_store {
    ($name:expr, $width:literal, $title:expr, $value:expr, |$code:ident, $at:ident| $body:expr) => {{
        let value: Value = $value;
        access!(format!("{} {}", $name, $title), $width, |$code, $at| {
            value.put_vector($code);
            $body.i64_const(0)
        })
    }};
}

/// The value of a parameter, and values that the compiler knows.
pub fn all_values() -> Vec<(&'static str, Value)> {
    let mut values = vec![("given", Value::Given)];
    values.extend(PATTERNS);
    values
}

/// With each of the values.
pub fn accesses(values: &[(&'static str, Value)]) -> Vec<Access> {
    let mut accesses = scalar_loads();
    accesses.extend(vector_loads());
    for &(title, value) in values {
        accesses
            .push(vector_store!("v128.store", 16, title, value, |code, at| code.v128_store(at)));
        // A value no wider than a register is written at once, whatever it is.
        if matches!(title, "given" | "distinct") {
            accesses.extend(scalar_stores(title, value));
            accesses.extend(lane_stores(title, value));
        }
    }
    accesses
}

fn scalar_loads() -> Vec<Access> {
    vec![
        access!("i32.load", 4, |code, at| code.i32_load(at).i64_extend_i32_u()),
        access!("i32.load8_s", 1, |code, at| code.i32_load8_s(at).i64_extend_i32_u()),
        access!("i32.load8_u", 1, |code, at| code.i32_load8_u(at).i64_extend_i32_u()),
        access!("i32.load16_s", 2, |code, at| code.i32_load16_s(at).i64_extend_i32_u()),
        access!("i32.load16_u", 2, |code, at| code.i32_load16_u(at).i64_extend_i32_u()),
        access!("i64.load", 8, |code, at| code.i64_load(at)),
        access!("i64.load8_s", 1, |code, at| code.i64_load8_s(at)),
        access!("i64.load8_u", 1, |code, at| code.i64_load8_u(at)),
        access!("i64.load16_s", 2, |code, at| code.i64_load16_s(at)),
        access!("i64.load16_u", 2, |code, at| code.i64_load16_u(at)),
        access!("i64.load32_s", 4, |code, at| code.i64_load32_s(at)),
        access!("i64.load32_u", 4, |code, at| code.i64_load32_u(at)),
        access!("f32.load", 4, |code, at| {
            code.f32_load(at).i32_reinterpret_f32().i64_extend_i32_u()
        }),
        access!("f64.load", 8, |code, at| code.f64_load(at).i64_reinterpret_f64()),
        // If the value of a load is not used, the compiler may leave nothing but its trap.
        access!("i64.load, dropped", 8, |code, at| code.i64_load(at).drop().i64_const(0)),
        access!("v128.load, dropped", 16, |code, at| code.v128_load(at).drop().i64_const(0)),
    ]
}

/// Turns the vector on the stack into a number.
fn folded<'a, 'b>(code: &'a mut InstructionSink<'b>) -> &'a mut InstructionSink<'b> {
    code.local_tee(VECTOR).i64x2_extract_lane(0);
    code.i64_const(FACTOR).i64_mul();
    code.local_get(VECTOR).i64x2_extract_lane(1).i64_xor()
}

fn vector_loads() -> Vec<Access> {
    let mut loads = vec![
        access!("v128.load", 16, |code, at| folded(code.v128_load(at))),
        access!("v128.load8x8_s", 8, |code, at| folded(code.v128_load8x8_s(at))),
        access!("v128.load8x8_u", 8, |code, at| folded(code.v128_load8x8_u(at))),
        access!("v128.load16x4_s", 8, |code, at| folded(code.v128_load16x4_s(at))),
        access!("v128.load16x4_u", 8, |code, at| folded(code.v128_load16x4_u(at))),
        access!("v128.load32x2_s", 8, |code, at| folded(code.v128_load32x2_s(at))),
        access!("v128.load32x2_u", 8, |code, at| folded(code.v128_load32x2_u(at))),
        access!("v128.load8_splat", 1, |code, at| folded(code.v128_load8_splat(at))),
        access!("v128.load16_splat", 2, |code, at| folded(code.v128_load16_splat(at))),
        access!("v128.load32_splat", 4, |code, at| folded(code.v128_load32_splat(at))),
        access!("v128.load64_splat", 8, |code, at| folded(code.v128_load64_splat(at))),
        access!("v128.load32_zero", 4, |code, at| folded(code.v128_load32_zero(at))),
        access!("v128.load64_zero", 8, |code, at| folded(code.v128_load64_zero(at))),
    ];
    // The first lane, and the last.
    for is_last in [0, 1] {
        let title = |bits| format!("v128.load{bits}_lane {is_last}");
        let before = |code: &mut InstructionSink<'_>| {
            DISTINCT.put_vector(code);
        };
        loads.extend([
            access!(title(8), 1, |code, at| {
                before(code);
                folded(code.v128_load8_lane(at, is_last * 15))
            }),
            access!(title(16), 2, |code, at| {
                before(code);
                folded(code.v128_load16_lane(at, is_last * 7))
            }),
            access!(title(32), 4, |code, at| {
                before(code);
                folded(code.v128_load32_lane(at, is_last * 3))
            }),
            access!(title(64), 8, |code, at| {
                before(code);
                folded(code.v128_load64_lane(at, is_last))
            }),
        ]);
    }
    loads
}

macro_rules! store {
    ($name:literal, $width:literal, $title:expr, $value:expr, |$code:ident, $at:ident| $body:expr) => {{
        let value: Value = $value;
        access!(format!("{} {}", $name, $title), $width, |$code, $at| {
            value.put($code);
            $body.i64_const(0)
        })
    }};
}

fn scalar_stores(title: &str, value: Value) -> Vec<Access> {
    vec![
        store!("i32.store", 4, title, value, |code, at| code.i32_wrap_i64().i32_store(at)),
        store!("i32.store8", 1, title, value, |code, at| code.i32_wrap_i64().i32_store8(at)),
        store!("i32.store16", 2, title, value, |code, at| code.i32_wrap_i64().i32_store16(at)),
        store!("i64.store", 8, title, value, |code, at| code.i64_store(at)),
        store!("i64.store8", 1, title, value, |code, at| code.i64_store8(at)),
        store!("i64.store16", 2, title, value, |code, at| code.i64_store16(at)),
        store!("i64.store32", 4, title, value, |code, at| code.i64_store32(at)),
        store!("f32.store", 4, title, value, |code, at| {
            code.i32_wrap_i64().f32_reinterpret_i32().f32_store(at)
        }),
        store!("f64.store", 8, title, value, |code, at| {
            code.f64_reinterpret_i64().f64_store(at)
        }),
    ]
}

fn lane_stores(title: &str, value: Value) -> Vec<Access> {
    let mut stores = Vec::new();
    for is_last in [0, 1] {
        let name = |bits| format!("v128.store{bits}_lane {is_last}");
        stores.extend([
            vector_store!(name(8), 1, title, value, |code, at| {
                code.v128_store8_lane(at, is_last * 15)
            }),
            vector_store!(name(16), 2, title, value, |code, at| {
                code.v128_store16_lane(at, is_last * 7)
            }),
            vector_store!(name(32), 4, title, value, |code, at| {
                code.v128_store32_lane(at, is_last * 3)
            }),
            vector_store!(name(64), 8, title, value, |code, at| {
                code.v128_store64_lane(at, is_last)
            }),
        ]);
    }
    stores
}

impl Value {
    fn put(self, code: &mut InstructionSink<'_>) {
        match self {
            Value::Given => code.local_get(VALUE),
            Value::Constant([low, _]) => code.i64_const(low as i64),
        };
    }

    fn put_vector(self, code: &mut InstructionSink<'_>) {
        match self {
            // Two halves that differ.
            Value::Given => code
                .local_get(VALUE)
                .i64x2_splat()
                .local_get(VALUE)
                .i64_const(FACTOR)
                .i64_mul()
                .i64x2_replace_lane(1),
            Value::Constant([low, high]) => {
                code.v128_const(((u128::from(high) << 64) | u128::from(low)) as i128)
            }
        };
    }
}
