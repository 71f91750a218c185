//! The sun and four planets, moved by a symplectic integrator in steps of a hundredth of a day.

const SOLAR_MASS: f64 = 4.0 * std::f64::consts::PI * std::f64::consts::PI;
const DAYS_OF_A_YEAR: f64 = 365.24;
const STEP: f64 = 0.01;

#[derive(Clone, Copy)]
struct Body {
    position: [f64; 3],
    velocity: [f64; 3],
    mass: f64,
}

const fn planet(position: [f64; 3], per_day: [f64; 3], of_the_sun: f64) -> Body {
    Body {
        position,
        velocity: [
            per_day[0] * DAYS_OF_A_YEAR,
            per_day[1] * DAYS_OF_A_YEAR,
            per_day[2] * DAYS_OF_A_YEAR,
        ],
        mass: of_the_sun * SOLAR_MASS,
    }
}

/// The sun, Jupiter, Saturn, Uranus and Neptune on 1 January 2000, in astronomical units (JPL's ephemerides).
const BODIES: [Body; 5] = [
    planet([0.0; 3], [0.0; 3], 1.0),
    planet(
        [4.841_431_442_464_72, -1.160_320_044_027_428, -0.103_622_044_471_123_1],
        [0.001_660_076_642_744_037, 0.007_699_011_184_197_404, -0.000_069_046_001_697_206_3],
        0.000_954_791_938_424_326_6,
    ),
    planet(
        [8.343_366_718_244_58, 4.124_798_564_124_305, -0.403_523_417_114_321],
        [-0.002_767_425_107_268_624, 0.004_998_528_012_349_172, 0.000_023_041_729_757_376_39],
        0.000_285_885_980_666_130_8,
    ),
    planet(
        [12.894_369_562_139_1, -15.111_151_401_698_6, -0.223_307_578_892_655_7],
        [0.002_964_601_375_647_616, 0.002_378_471_739_594_809, -0.000_029_658_956_854_023_76],
        0.000_043_662_440_433_515_63,
    ),
    planet(
        [15.379_697_114_850_9, -25.919_314_609_987_96, 0.179_258_772_950_371_2],
        [0.002_680_677_724_903_893, 0.001_628_241_700_382_423, -0.000_095_159_225_451_971_59],
        0.000_051_513_890_204_661_15,
    ),
];

pub(crate) fn energy_after(steps: u32) -> f64 {
    let mut bodies = BODIES;
    hold_the_sun(&mut bodies);
    for _ in 0..steps {
        advance(&mut bodies);
    }
    energy(&bodies)
}

/// Gives the sun the velocity that keeps the whole system from drifting.
fn hold_the_sun(bodies: &mut [Body; 5]) {
    for axis in 0..3 {
        let momentum: f64 = bodies.iter().map(|body| body.velocity[axis] * body.mass).sum();
        bodies[0].velocity[axis] -= momentum / SOLAR_MASS;
    }
}

fn advance(bodies: &mut [Body; 5]) {
    for i in 0..bodies.len() {
        for j in i + 1..bodies.len() {
            let between = difference(&bodies[i], &bodies[j]);
            let squared = dot(between, between);
            let pull = STEP / (squared * squared.sqrt());
            let (mass_i, mass_j) = (bodies[i].mass, bodies[j].mass);
            for (axis, &along) in between.iter().enumerate() {
                bodies[i].velocity[axis] -= along * mass_j * pull;
                bodies[j].velocity[axis] += along * mass_i * pull;
            }
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.position[axis] += STEP * body.velocity[axis];
        }
    }
}

fn energy(bodies: &[Body; 5]) -> f64 {
    let mut sum = 0.0;
    for (i, body) in bodies.iter().enumerate() {
        sum += 0.5 * body.mass * dot(body.velocity, body.velocity);
        for other in &bodies[i + 1..] {
            let between = difference(body, other);
            sum -= body.mass * other.mass / dot(between, between).sqrt();
        }
    }
    sum
}

fn difference(a: &Body, b: &Body) -> [f64; 3] {
    [0, 1, 2].map(|axis| a.position[axis] - b.position[axis])
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integrator conserves energy.
    #[test]
    fn energy_is_kept() {
        let start = energy_after(0);
        assert!((start - -0.169_075_16).abs() < 1e-7, "{start}");
        assert!((energy_after(10_000) - start).abs() < 1e-4);
    }
}
