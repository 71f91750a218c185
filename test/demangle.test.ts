import assert from 'node:assert/strict';

import type { GuestFrame } from 'wasmedge-embed';

import { demangled, placeOf, receivedStack, toldStack } from './support/internals.js';

const NAMES: Record<string, string> = {
  // Rust, legacy.
  _ZN5image6decode17h0123456789abcdefE: 'image::decode',
  '_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0123456789abcdefE':
    'core::ptr::drop_in_place<alloc::string::String>',
  '_ZN71_$LT$core..ops..range..Range$LT$Idx$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE':
    '<core::ops::range::Range<Idx> as core::fmt::Debug>::fmt',
  // Rust, v0.
  _RNvCs1234_7mycrate3foo: 'mycrate::foo',
  _RNvNtCs1234_7mycrate3foo3bar: 'mycrate::foo::bar',
  _RNvMs_Cs1234_7mycrateNtB4_3Foo3new: '<mycrate::Foo>::new',
  _RNvXCs1234_7mycrateNtB2_3FooNtB2_3Bar3baz: '<mycrate::Foo as mycrate::Bar>::baz',
  _RINvCs1234_7mycrate3foolE: 'mycrate::foo',
  _RNCNvCs1234_7mycrate4main0B3_: 'mycrate::main::{closure}',
  // C++.
  _Z3addii: 'add',
  _ZN5image6decodeERKSs: 'image::decode',
  _ZNK5image7Picture5widthEv: 'image::Picture::width',
  _ZN5image7PictureC2Ev: 'image::Picture::Picture',
  _ZN5image7PictureD1Ev: 'image::Picture::~Picture',
  _ZN5imageplERKNS_5PointES2_: 'image::operator+',
  _ZNSt6vectorIiSaIiEE9push_backERKi: 'std::vector::push_back',
  _ZN1AIXadL_Z3foovEEE3barEv: 'A::bar',
  _ZN1ALj5EE: '_ZN1ALj5EE',
  _ZSt9terminatev: 'std::terminate',
  _Znwm: 'operator new',
  _ZdaPv: 'operator delete[]',
  _ZltRK5PointS1_: 'operator<',
  _Zzz: '_Zzz',
  _ZN12_GLOBAL__N_13fooEv: '(anonymous namespace)::foo',
  _ZZ4mainENKUlvE_clEv: 'main::{lambda}::operator()',
  // C++, as LLVM's linker leaves it.
  'image::decode(char const*, unsigned int)': 'image::decode',
  'image::Picture<short, 9ul>::width(int (*)(char)) const': 'image::Picture::width',
  'void image::fill<unsigned char>(std::__1::vector<int, std::__1::allocator<int>>&)':
    'image::fill',
  'image::operator*(image::Point const&, int)': 'image::operator*',
  'image::operator<<(image::Point const&, int)': 'image::operator<<',
  'image::Point::operator()(int) const': 'image::Point::operator()',
  'operator new(unsigned long)': 'operator new',
  'image::Point::operator unsigned int() const': 'image::Point::operator unsigned int',
  'main::$_0::operator()() const': 'main::$_0::operator()',
  "read(int)::'lambda'(char)::operator()(char) const": "read::'lambda'::operator()",
  '(anonymous namespace)::foo(int)': '(anonymous namespace)::foo',
  'image::Picture::name[abi:cxx11]() const &': 'image::Picture::name',
  'image::operators(int)': 'image::operators',
  'std::terminate()': 'std::terminate',
  'image::broken(int': 'image::broken(int',
  'image::broken<int(char)': 'image::broken<int(char)',
  // Other names.
  '(*main.Picture).Read': '(*main.Picture).Read',
  'array_list.ArrayList(u8,null).append': 'array_list.ArrayList(u8,null).append',
  '~lib/array/Array<i32>#push': '~lib/array/Array<i32>#push',
  main: 'main',
  _Z: '_Z',
  _ZN: '_ZN',
  _ZN5imageE: 'image',
  _ZN999image: '_ZN999image',
  _R: '_R',
  _RNvC: '_RNvC',
  'env.now': 'env.now',
};

/** A position in a name, as Rust's mangling refers to it. */
function base62(place: number): string {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  let written = '_';
  for (let rest = place - 1; rest > 0; rest = Math.floor(rest / 62)) {
    written = digits.charAt(rest % 62) + written;
  }
  return place === 1 ? '0_' : written;
}

describe('A mangled name', () => {
  for (const [mangled, name] of Object.entries(NAMES)) {
    it(`${mangled} is ${name}`, () => {
      assert.equal(demangled(mangled), name);
    });
  }

  it('is read in bounded time, whatever it is', () => {
    const hostile = [
      `_ZN${'I'.repeat(50_000)}`,
      `_Z${'Z'.repeat(50_000)}`,
      `_R${'Y'.repeat(50_000)}`,
      `_RINv${'I'.repeat(1000)}C1a1b${'B_'.repeat(1000)}`,
      // Each part refers twice to the one before.
      `_RIC1a${'TB1_B1_E'.repeat(500)}E`,
      `_ZN1a${'S_'.repeat(50_000)}E`,
      `_ZN1a17h0123456789abcdefE${'$u20$'.repeat(50_000)}`,
    ];
    for (const name of hostile) assert.equal(typeof demangled(name), 'string');
  });

  it('does not become long by what refers back', () => {
    let name = '_RMC1aT';
    let place = name.length - 2;
    name += `C700_${'x'.repeat(700)}`;
    for (let level = 0; level < 3; level++) {
      const here = name.length - 2;
      name += `T${`B${base62(place)}`.repeat(8)}E`;
      place = here;
    }
    name += 'E';
    assert.equal(demangled(name), name);
    const once = `_RMC1aTC700_${'x'.repeat(700)}B${base62(5)}E`;
    assert.equal(demangled(once), `<(${'x'.repeat(700)}, ${'x'.repeat(700)})>`);
    const constructors = `_ZN900${'x'.repeat(900)}${'C1'.repeat(500)}E`;
    assert.equal(demangled(constructors), constructors);
    const long = `_ZN5image${'4deco'.repeat(2000)}E`;
    assert.equal(demangled(long), long);
  });

  it('is read whatever its bytes', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state % below;
    };
    const all = Object.keys(NAMES);
    const letters = '_ZNRSIEBLTXM0123456789ahsv$.';
    for (let round = 0; round < 20_000; round++) {
      const name = Array.from(all[random(all.length)] ?? '');
      for (let change = 0; change < 3; change++) {
        name[2 + random(name.length)] = letters.charAt(random(letters.length));
      }
      assert.equal(typeof demangled(name.join('')), 'string');
    }
  });
});

describe('A stack', () => {
  const frames = (...names: string[]): GuestFrame[] =>
    toldStack(names.map((name, index) => ({ function: name, index })));

  it('has names without what could forge a line, and none that is long', () => {
    const [first, second, third] = frames('a\n\u001b[1mb\u202e', 'x'.repeat(1 << 20), '');
    assert.equal(first?.function, 'a\\n\\u001b[1mb\\u202e');
    assert.equal(second?.function, `${'x'.repeat(199)}…`);
    assert.equal(third?.function, 'wasm-function[2]');
  });

  it('has names of 200 characters at most, in every isolation', () => {
    for (const name of ['\u0001'.repeat(1000), `${'x'.repeat(197)}\u0001`, 'x'.repeat(201)]) {
      const told = frames(name);
      const length = told[0]?.function.length ?? 0;
      assert.ok(length <= 200, `${length} characters`);
      assert.match(told[0]?.function ?? '', /^(?:x|\\u0001)+…$/);
      assert.equal(receivedStack(told)[0]?.function, told[0]?.function);
    }
    assert.equal(frames('x'.repeat(200))[0]?.function, 'x'.repeat(200));
  });

  it('has 64 functions at most', () => {
    assert.equal(frames(...Array.from({ length: 100 }, String)).length, 64);
  });

  it('of another process is what it should be, or refused', () => {
    const [frame] = receivedStack([{ function: 'a\n', index: 1, more: true }]);
    assert.deepEqual(frame, { function: 'a\\n', index: 1 });
    assert.equal(receivedStack(Array(1000).fill({ function: '', index: 0 })).length, 64);
    for (const wrong of [
      {},
      'a',
      [1],
      [{ function: 1, index: 0 }],
      [{ function: '', index: -1 }],
    ]) {
      assert.throws(() => receivedStack(wrong), { name: 'Malformed' });
    }
  });

  it('is in the first function that is no machinery of panics', () => {
    const panic = [
      '__rust_start_panic',
      'rust_panic',
      '_ZN3std9panicking20rust_panic_with_hook17h0123456789abcdefE',
      'rust_begin_unwind',
      '_ZN4core9panicking9panic_fmt17h0123456789abcdefE',
      '_ZN4core6option13unwrap_failed17h0123456789abcdefE',
      'core::slice::index::slice_end_index_len_fail::do_panic::runtime',
      '_ZN4core5slice29_$LT$impl$u20$$u5b$T$u5d$$GT$15copy_from_slice17len_mismatch_fail17h0123456789abcdefE',
      '<alloc::vec::Vec<T,A> as core::ops::index::Index<I>>::index',
      '_ZN5image6decode17h0123456789abcdefE',
      'main',
    ];
    assert.equal(placeOf(frames(...panic)), 'image::decode');
    assert.equal(placeOf(frames('abort', '__assert_fail', 'check', 'main')), 'check');
    assert.equal(placeOf(frames('abort')), 'abort');
    const checks = [
      'core::result::Result<T,E>::expect',
      'core::option::Option<T>::unwrap',
      'core::result::Result<T,E>::unwrap_err',
      '<core::option::Option<_>>::unwrap',
      '_ZNSt3__220__throw_out_of_rangeB8ne190107EPKc',
      'std::__2::vector::__throw_out_of_range',
      'std::__2::__libcpp_verbose_abort',
      '_ZNSt3__222__libcpp_verbose_abortEPKcz',
      'abort_message',
      '__abort_message',
      '_Znwm',
      '_Znam',
      'std::__2::__function::__policy_invoker::__call_impl',
    ];
    for (const check of checks) {
      assert.equal(
        placeOf(frames(check, 'own', 'main')),
        'own',
        toldStack(frames(check))[0]?.function,
      );
    }
    // What is no machinery, although its name begins alike.
    for (const own of ['core::option::Option<T>::unwrap_or_else', 'abort_messages', 'operator*']) {
      assert.equal(placeOf(frames(own, 'main')), own);
    }
    assert.equal(placeOf([]), undefined);
  });
});
