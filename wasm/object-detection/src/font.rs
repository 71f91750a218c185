//! Basic Latin letters for the names of things, 8 × 8 pixels each.
//!
//! The table is the font of IBM's VGA cards, which is in the public domain, from Daniel Hepper's
//! font8x8. (The crates that provide a font and draw it are not packaged in Debian, whose packages
//! are used where crates.io cannot be reached.)

/// Width and height of a letter, in pixels.
pub(crate) const SIDE: usize = 8;

/// Rows from the top, one byte each, with the leftmost pixel in the top bit. A missing letter is a
/// question mark.
pub(crate) fn rows(letter: char) -> [u8; SIDE] {
    let index = u32::from(letter).checked_sub(u32::from(' '));
    let letter = index.and_then(|index| LETTERS.get(index as usize)).copied();
    letter.unwrap_or(QUESTION_MARK).to_be_bytes()
}

const QUESTION_MARK: u64 = LETTERS['?' as usize - ' ' as usize];

/// From the space to the tilde.
#[rustfmt::skip]
const LETTERS: [u64; 95] = [
    0x0000_0000_0000_0000, // space
    0x183c_3c18_1800_1800, // !
    0x6c6c_0000_0000_0000, // "
    0x6c6c_fe6c_fe6c_6c00, // #
    0x307c_c078_0cf8_3000, // $
    0x00c6_cc18_3066_c600, // %
    0x386c_3876_dccc_7600, // &
    0x6060_c000_0000_0000, // '
    0x1830_6060_6030_1800, // (
    0x6030_1818_1830_6000, // )
    0x0066_3cff_3c66_0000, // *
    0x0030_30fc_3030_0000, // +
    0x0000_0000_0030_3060, // ,
    0x0000_00fc_0000_0000, // -
    0x0000_0000_0030_3000, // .
    0x060c_1830_60c0_8000, // /
    0x7cc6_cede_f6e6_7c00, // 0
    0x3070_3030_3030_fc00, // 1
    0x78cc_0c38_60cc_fc00, // 2
    0x78cc_0c38_0ccc_7800, // 3
    0x1c3c_6ccc_fe0c_1e00, // 4
    0xfcc0_f80c_0ccc_7800, // 5
    0x3860_c0f8_cccc_7800, // 6
    0xfccc_0c18_3030_3000, // 7
    0x78cc_cc78_cccc_7800, // 8
    0x78cc_cc7c_0c18_7000, // 9
    0x0030_3000_0030_3000, // :
    0x0030_3000_0030_3060, // ;
    0x1830_60c0_6030_1800, // <
    0x0000_fc00_00fc_0000, // =
    0x6030_180c_1830_6000, // >
    0x78cc_0c18_3000_3000, // ?
    0x7cc6_dede_dec0_7800, // @
    0x3078_cccc_fccc_cc00, // A
    0xfc66_667c_6666_fc00, // B
    0x3c66_c0c0_c066_3c00, // C
    0xf86c_6666_666c_f800, // D
    0xfe62_6878_6862_fe00, // E
    0xfe62_6878_6860_f000, // F
    0x3c66_c0c0_ce66_3e00, // G
    0xcccc_ccfc_cccc_cc00, // H
    0x7830_3030_3030_7800, // I
    0x1e0c_0c0c_cccc_7800, // J
    0xe666_6c78_6c66_e600, // K
    0xf060_6060_6266_fe00, // L
    0xc6ee_fefe_d6c6_c600, // M
    0xc6e6_f6de_cec6_c600, // N
    0x386c_c6c6_c66c_3800, // O
    0xfc66_667c_6060_f000, // P
    0x78cc_cccc_dc78_1c00, // Q
    0xfc66_667c_6c66_e600, // R
    0x78cc_e070_1ccc_7800, // S
    0xfcb4_3030_3030_7800, // T
    0xcccc_cccc_cccc_fc00, // U
    0xcccc_cccc_cc78_3000, // V
    0xc6c6_c6d6_feee_c600, // W
    0xc6c6_6c38_386c_c600, // X
    0xcccc_cc78_3030_7800, // Y
    0xfec6_8c18_3266_fe00, // Z
    0x7860_6060_6060_7800, // [
    0xc060_3018_0c06_0200, // backslash
    0x7818_1818_1818_7800, // ]
    0x1038_6cc6_0000_0000, // ^
    0x0000_0000_0000_00ff, // _
    0x3030_1800_0000_0000, // `
    0x0000_780c_7ccc_7600, // a
    0xe060_607c_6666_dc00, // b
    0x0000_78cc_c0cc_7800, // c
    0x1c0c_0c7c_cccc_7600, // d
    0x0000_78cc_fcc0_7800, // e
    0x386c_60f0_6060_f000, // f
    0x0000_76cc_cc7c_0cf8, // g
    0xe060_6c76_6666_e600, // h
    0x3000_7030_3030_7800, // i
    0x0c00_0c0c_0ccc_cc78, // j
    0xe060_666c_786c_e600, // k
    0x7030_3030_3030_7800, // l
    0x0000_ccfe_fed6_c600, // m
    0x0000_f8cc_cccc_cc00, // n
    0x0000_78cc_cccc_7800, // o
    0x0000_dc66_667c_60f0, // p
    0x0000_76cc_cc7c_0c1e, // q
    0x0000_dc76_6660_f000, // r
    0x0000_7cc0_780c_f800, // s
    0x1030_7c30_3034_1800, // t
    0x0000_cccc_cccc_7600, // u
    0x0000_cccc_cc78_3000, // v
    0x0000_c6d6_fefe_6c00, // w
    0x0000_c66c_386c_c600, // x
    0x0000_cccc_cc7c_0cf8, // y
    0x0000_fc98_3064_fc00, // z
    0x1c30_30e0_3030_1c00, // {
    0x1818_1800_1818_1800, // |
    0xe030_301c_3030_e000, // }
    0x76dc_0000_0000_0000, // ~
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_upright() {
        let picture = rows('L').map(|row| format!("{row:08b}"));
        let expected = [
            "11110000", "01100000", "01100000", "01100000", "01100010", "01100110", "11111110",
            "00000000",
        ];
        assert_eq!(picture, expected);
        assert_eq!(rows(' '), [0; SIDE]);
    }

    #[test]
    fn what_is_no_basic_latin_letter_is_a_question_mark() {
        for letter in ['é', '\u{0}', '\u{7f}', '猫'] {
            assert_eq!(rows(letter), rows('?'));
        }
        assert_ne!(rows('~'), rows('?'));
    }
}
