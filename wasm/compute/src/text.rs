use std::collections::BTreeMap;

use crate::random::Random;

const SYLLABLES: [&str; 16] = [
    "ba", "De", "ki", "lo", "mu", "Ra", "se", "ti", "vo", "zu", "né", "ho", "pa", "Ge", "ly", "fu",
];

/// Generates a text with this many words, and counts them case-insensitively.
pub(crate) fn checksum_of_counts(words: usize) -> u32 {
    let text = make_text(words);
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(|letter: char| !letter.is_alphabetic());
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    counts.iter().fold(0, |sum: u32, (word, &count)| {
        let letters = word
            .chars()
            .fold(count, |hash, letter| hash.wrapping_mul(31).wrapping_add(u32::from(letter)));
        sum.rotate_left(1) ^ letters
    })
}

fn make_text(words: usize) -> String {
    let mut random = Random::new();
    let mut text = String::new();
    for _ in 0..words {
        let mut bits = random.next();
        for _ in 0..=bits % 3 {
            bits >>= 4;
            text.push_str(SYLLABLES[bits as usize % SYLLABLES.len()]);
        }
        text.push_str(if bits & 0xf00 == 0 { ",\n" } else { " " });
    }
    text
}
