//! Embeds a model: the files in `WASMEDGE_EMBED_GUEST_MODEL` and `WASMEDGE_EMBED_GUEST_LABELS`, by
//! default the package's default model. The interface that this guest uses does not describe
//! models, so the input and output are read from the file here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let (model, labels) = files();
    let bytes = fs::read(&model).unwrap_or_else(|error| {
        panic!("cannot read the model {}: {error}", model.display());
    });
    let description = describe(&bytes).unwrap_or_else(|| {
        panic!("{} is not a classifier with one input and one output", model.display())
    });
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let write = |name: &str, content: &[u8]| {
        fs::write(output.join(name), content)
            .unwrap_or_else(|error| panic!("cannot write {name}: {error}"));
    };
    write("model.tflite", &bytes);
    write("description.json", description.json.as_bytes());
    write("input-name", description.input_name.as_bytes());
    write("output-name", description.output_name.as_bytes());
    write(
        "labels.txt",
        &labels.map_or_else(Vec::new, |file| {
            fs::read(&file)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
        }),
    );
}

/// The model and, if it has any, its labels.
fn files() -> (PathBuf, Option<PathBuf>) {
    let variable = |name: &str| {
        println!("cargo:rerun-if-env-changed={name}");
        env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    };
    let model = variable("WASMEDGE_EMBED_GUEST_MODEL").unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/default/model.tflite")
    });
    let labels = variable("WASMEDGE_EMBED_GUEST_LABELS").or_else(|| {
        let beside = [model.with_extension("labels.txt"), model.with_file_name("labels.txt")];
        beside.into_iter().find(|file| file.exists())
    });
    for file in [Some(&model), labels.as_ref()].into_iter().flatten() {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    (model, labels)
}

struct Description {
    /// In the form in which hosts describe models.
    json: String,
    input_name: String,
    output_name: String,
}

/// Reads the first graph of a TensorFlow Lite file (`schema.fbs`: the numbers of fields and types).
fn describe(bytes: &[u8]) -> Option<Description> {
    let file = FlatBuffer(bytes);
    let model = file.follow(0)?;
    let graph = file.table(file.field(model, 2)?, 0)?;
    let tensors = file.field(graph, 0)?;
    let only = |field: usize| -> Option<(String, String)> {
        let indices = file.follow(file.field(graph, field)?)?;
        if file.u32(indices)? != 1 {
            return None;
        }
        file.tensor(file.table(tensors, usize::try_from(file.u32(indices + 4)?).ok()?)?)
    };
    let (input_name, input) = only(1)?;
    let (output_name, output) = only(2)?;
    let json = format!("{{\"inputs\":[{input}],\"outputs\":[{output}]}}");
    Some(Description { json, input_name, output_name })
}

/// A FlatBuffer; every offset is checked against its end.
struct FlatBuffer<'a>(&'a [u8]);

impl FlatBuffer<'_> {
    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    /// Where the offset at `at` leads.
    fn follow(&self, at: usize) -> Option<usize> {
        at.checked_add(usize::try_from(self.u32(at)?).ok()?)
    }

    /// The position of the table's field; nothing if it has its default.
    fn field(&self, table: usize, number: usize) -> Option<usize> {
        let back = i32::from_le_bytes(self.array(table)?);
        let vtable = usize::try_from(i64::try_from(table).ok()? - i64::from(back)).ok()?;
        let size = usize::from(u16::from_le_bytes(self.array(vtable)?));
        let entry = 4 + 2 * number;
        if entry + 2 > size {
            return None;
        }
        match u16::from_le_bytes(self.array(vtable + entry)?) {
            0 => None,
            offset => Some(table + usize::from(offset)),
        }
    }

    /// The table at `index` in the vector whose offset is at `vector`.
    fn table(&self, vector: usize, index: usize) -> Option<usize> {
        let start = self.follow(vector)?;
        if index >= usize::try_from(self.u32(start)?).ok()? {
            return None;
        }
        self.follow(start + 4 + 4 * index)
    }

    /// The elements of the vector whose offset is at `vector`, `N` bytes each.
    fn elements<const N: usize>(&self, vector: usize) -> Option<Vec<[u8; N]>> {
        let start = self.follow(vector)?;
        let count = usize::try_from(self.u32(start)?).ok()?;
        (0..count).map(|index| self.array(start + 4 + N * index)).collect()
    }

    /// A tensor's name, and its JSON.
    fn tensor(&self, table: usize) -> Option<(String, String)> {
        let shape: Vec<i32> =
            self.elements(self.field(table, 0)?)?.into_iter().map(i32::from_le_bytes).collect();
        let element_type = match self.field(table, 1).map_or(Some([0]), |at| self.array(at))? {
            [0] => "float32",
            [3] => "uint8",
            [9] => "int8",
            _ => return None,
        };
        let name = self.elements(self.field(table, 3)?)?.into_iter().map(|[byte]| byte).collect();
        let quantization = self
            .field(table, 4)
            .and_then(|at| self.follow(at))
            .and_then(|table| self.quantization(table))
            .map(|(scale, zero_point)| {
                format!(",\"quantization\":{{\"scale\":{scale},\"zeroPoint\":{zero_point}}}")
            });
        let json = format!(
            "{{\"type\":\"{element_type}\",\"shape\":{shape:?}{}}}",
            quantization.unwrap_or_default()
        );
        Some((String::from_utf8(name).ok()?, json))
    }

    /// Scale and zero point of a tensor with per-tensor quantization.
    fn quantization(&self, table: usize) -> Option<(f64, i64)> {
        let scales = self.elements(self.field(table, 2)?)?;
        let points = self.elements(self.field(table, 3)?)?;
        match (&scales[..], &points[..]) {
            (&[scale], &[point]) => {
                Some((f64::from(f32::from_le_bytes(scale)), i64::from_le_bytes(point)))
            }
            _ => None,
        }
    }
}
