use crate::random::Random;

/// Row by row, so that the innermost loop accesses memory sequentially and can be vectorized.
pub(crate) fn checksum_of_product(size: usize) -> u32 {
    let mut random = Random::new();
    let mut matrix =
        || -> Vec<f32> { (0..size * size).map(|_| (random.next() % 17) as f32 - 8.0).collect() };
    let (a, b) = (matrix(), matrix());
    let mut product = vec![0.0; size * size];
    multiply(&a, &b, &mut product, size);
    product.iter().fold(0, |sum: u32, &value| sum.rotate_left(1) ^ value.to_bits())
}

fn multiply(a: &[f32], b: &[f32], product: &mut [f32], size: usize) {
    for (row, out) in a.chunks_exact(size).zip(product.chunks_exact_mut(size)) {
        for (&factor, other) in row.iter().zip(b.chunks_exact(size)) {
            for (sum, &value) in out.iter_mut().zip(other) {
                *sum += factor * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplies() {
        let mut product = [0.0; 4];
        multiply(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0], &mut product, 2);
        assert_eq!(product, [19.0, 22.0, 43.0, 50.0]);
    }
}
