import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';
import { skip } from './support/skip.js';

/** The output of flatc for the schema, from LiteRT's wheel: test/setup/litert-schema.mjs. */
const SCHEMA = path.join(ROOT, 'build/litert-schema.py');

/** The schema's table for each namespace of fields in model_schema.h. */
const TABLES: Record<string, string> = {
  model: 'Model',
  operator_code: 'OperatorCode',
  subgraph: 'SubGraph',
  tensor: 'Tensor',
  quantization: 'QuantizationParameters',
  operation: 'Operator',
  buffer: 'Buffer',
  metadata: 'Metadata',
  signature_def: 'SignatureDef',
  tensor_map: 'TensorMap',
  sparsity: 'SparsityParameters',
  sparse_dimension: 'DimensionMetadata',
};

/** The schema's enumeration for each of model_schema.h. */
const ENUMERATIONS: Record<string, string> = {
  TensorType: 'TensorType',
  Padding: 'Padding',
  ActivationFunction: 'ActivationFunctionType',
  BuiltinOperator: 'BuiltinOperator',
  BuiltinOptions: 'BuiltinOptions',
  SparseIndexVector: 'SparseIndexVector',
  QuantizationDetails: 'QuantizationDetails',
};

/** Enumerators whose name in the schema differs. */
const RENAMED: Record<string, string> = {
  noactivation: 'none',
  nooptions: 'none',
  nodetails: 'none',
  fusedrelu: 'relu',
  fusedrelun1to1: 'relun1to1',
  fusedrelu6: 'relu6',
  fusedtanh: 'tanh',
  fusedsignbit: 'signbit',
  firststablehlo: 'stablehlologistic',
};

/** The letters for vectors, by the type of their elements. */
const ELEMENTS: Record<string, string> = {
  Bool: 'b',
  Uint8: 'b',
  Int32: 'i',
  Uint32: 'i',
  Int64: 'l',
  Float32: 'f',
};

const read = (name: string): string =>
  readFileSync(path.join(ROOT, 'native/inference/check', name), 'utf8');

/** Makes "kRelu0To1" and "RELU_0_TO_1" comparable. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** The enumerators of a C++ list without their `k`; all have a number. */
function enumerators(list: string): [name: string, value: number][] {
  const without = list.replace(/\/\/.*$/gm, '');
  return [...without.matchAll(/\bk(\w+)\s*=\s*(\d+)/g)].map(([, name = '', value]) => [
    name,
    Number(value),
  ]);
}

/** The texts of a C++ array, in order. */
function texts(source: string, array: string): string[] {
  const [, list = ''] = new RegExp(`${array}\\[\\] = \\{([^}]*)\\}`).exec(source) ?? [];
  return [...list.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
}

describe("What is declared of TensorFlow Lite's schema", () => {
  let schema: string;

  before(function () {
    if (!existsSync(SCHEMA)) skip(this, 'the schema is put there by npm test');
    schema = readFileSync(SCHEMA, 'utf8');
  });

  /** The members of one of the schema's enumerations. */
  function members(name: string): Map<string, number> {
    const [, body = ''] =
      new RegExp(`^class ${name}\\(object\\):\n((?:    \\w+ = \\d+\n)+)`, 'm').exec(schema) ?? [];
    assert.notEqual(body, '', name);
    return new Map(
      [...body.matchAll(/(\w+) = (\d+)/g)].map(([, member = '', value]) => [member, Number(value)]),
    );
  }

  /** The fields of one of the schema's tables, by position; deprecated ones are left out. */
  function fields(table: string): Map<number, { name: string; kind: string }> {
    const found = schema.matchAll(
      new RegExp(
        `^def ${table}Add(\\w+)\\(builder, \\w+\\):\n    builder\\.Prepend(\\w+)Slot\\((\\d+),`,
        'gm',
      ),
    );
    return new Map(
      [...found].map(([, name = '', kind = '', slot]) => [Number(slot), { name, kind }]),
    );
  }

  it('has the places of the fields', () => {
    const header = read('model_schema.h');
    const namespaces = [...header.matchAll(/namespace (\w+) \{\s*enum Field : int \{([^}]*)\}/g)];
    assert.deepEqual(namespaces.map(([, name = '']) => name).sort(), Object.keys(TABLES).sort());
    for (const [, namespace = '', list = ''] of namespaces) {
      const places = fields(TABLES[namespace] ?? '');
      const declared = enumerators(list);
      assert.ok(declared.length > 0);
      // All of them: LiteRT reads them, and so must the check.
      assert.deepEqual(
        declared,
        [...places].map(([place, { name }]) => [name, place]),
        namespace,
      );
    }
  });

  it('has the numbers of the enumerations', () => {
    const header = read('model_schema.h');
    const declared = [...header.matchAll(/^enum (\w+) : u?int\d+_t \{([^}]*)\}/gm)];
    assert.deepEqual(
      declared.map(([, name = '']) => name).sort(),
      Object.keys(ENUMERATIONS).sort(),
    );
    for (const [, enumeration = '', list = ''] of declared) {
      const numbers = new Map(
        [...members(ENUMERATIONS[enumeration] ?? '')].map(([name, value]) => [plain(name), value]),
      );
      for (const [name, value] of enumerators(list)) {
        const known = RENAMED[plain(name)] ?? plain(name);
        assert.equal(numbers.get(known), value, `${enumeration}: k${name}`);
      }
    }
  });

  it('has the names of operators and types, and none is left out', () => {
    const source = read('model_schema.cc');
    for (const [array, enumeration] of [
      ['kOperatorNames', 'BuiltinOperator'],
      ['kTensorTypeNames', 'TensorType'],
    ] as const) {
      const known = [...members(enumeration)].sort(([, one], [, other]) => one - other);
      assert.deepEqual(
        texts(source, array),
        known.map(([name]) => name),
        array,
      );
      assert.ok(known.every(([, value], index) => value === index));
    }
  });

  it('has the layouts of all options', () => {
    for (const [array, union] of [
      ['kOptionsLayouts', 'BuiltinOptions'],
      ['kOptionsLayouts2', 'BuiltinOptions2'],
    ] as const) {
      const layouts = texts(read('model_schema.cc'), array);
      const known = [...members(union)].filter(([, value]) => value > 0);
      assert.equal(layouts.length, known.length);
      for (const [table, value] of known) {
        // The number of a subgraph has letters of its own.
        const plainly = layouts[value - 1]?.replaceAll('g', '4').replaceAll('G', 'i');
        assert.equal(plainly, layout(table), table);
      }
    }
  });

  /** One letter for each field, as `OptionsLayout` has them. */
  function layout(table: string): string {
    const [, count = ''] =
      new RegExp(
        `^def ${table}Start\\(builder\\):\n    builder\\.StartObject\\((\\d+)\\)`,
        'm',
      ).exec(schema) ?? [];
    assert.notEqual(count, '', table);
    const known = fields(table);
    return Array.from({ length: Number(count) }, (_, place) => {
      const field = known.get(place);
      return field === undefined ? '-' : letter(table, field);
    }).join('');
  }

  function letter(table: string, { name, kind }: { name: string; kind: string }): string {
    if (/^(Bool|U?int8|U?Int8)$/i.test(kind)) return '1';
    if (/^(U?Int32|Float32)$/i.test(kind)) return '4';
    if (/^(U?Int64|Float64)$/i.test(kind)) return '8';
    assert.equal(kind, 'UOffsetTRelative', `${table}.${name}`);
    if (!schema.includes(`def ${table}Start${name}Vector(`)) return 's';
    const [, element] =
      new RegExp(
        `^    # ${table}\n    def ${name}\\(self, j\\):\n(?:.*\n){3}.*Get\\(flatbuffers\\.number_types\\.(\\w+)Flags`,
        'm',
      ).exec(schema) ?? [];
    const known = ELEMENTS[element ?? ''];
    assert.ok(known, `${table}.${name}`);
    return known;
  }
});
