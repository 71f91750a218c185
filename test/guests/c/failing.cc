// Test guest: a library with names of C++, whose functions are called through pointers and virtual
// functions.

#include <stddef.h>
#include <stdint.h>

namespace shapes {

class Shape {
 public:
  virtual uint32_t Area(uint32_t scale) const = 0;
};

namespace {
volatile uint32_t sides = 0;
}

class Square final : public Shape {
 public:
  uint32_t Area(uint32_t scale) const override { return scale / sides; }
};

template <typename T, size_t kSize>
class Grid : public Shape {
 public:
  uint32_t Area(uint32_t scale) const override {
    if (sides == 0) __builtin_trap();
    return cells_[scale % kSize];
  }

 private:
  T cells_[kSize] = {};
};

uint32_t operator*(const Shape& shape, uint32_t scale) { return shape.Area(scale) + 1; }

}  // namespace shapes

__attribute__((export_name("fail"))) extern "C" uint32_t fail(uint32_t number) {
  static const shapes::Square square;
  static const shapes::Grid<int16_t, 9> grid;
  const shapes::Shape* const shapes[] = {&square, &grid};
  uint32_t (*volatile times)(const shapes::Shape&, uint32_t) = shapes::operator*;
  return times(*shapes[number], 3) + 1;
}
