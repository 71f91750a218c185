//! Damaged files compared with libjpeg's results: means of the blocks, from Pillow 13.0.0
//! (libjpeg-turbo).

use jpeg::{decode, salvage, Fit, Picture};

/// 64 x 48 grey pixels, with a restart marker after every three blocks.
const JPEG: &str = "\
ffd8ffe000104a46494600010100000100010000ffdb004300140e0f120f0d14121012171514181e32211e1c1c1e3d2c\
2e243249404c4b47404645505a736250556d5645466488656d777b8182814e608d978c7d96737e817cffc0000b080030\
004001011100ffc4001a000101010101010100000000000000000004050603020107ffc4002810000202010205020700\
0000000000000002030001110431051221417106131522235191a1f0ffdd00040003ffda0008010100003f00c9ac6256\
314b19ffd0125065b0dc402ec7191baf3512b19fffd16ac62963304b19ffd286b194b49a7ac5196fdaa5158cffd3a00b\
a2ac5d66ae78b4fb658deaf69dd633ffd4bab198358c4ac67fffd5f690ae41c6d8e914b18a58cfffd6b2e0ae51fbe67d\
58c52c67ffd78cb18a58ca7a42a21a0bdebf73ffd0a8b18901c566e7922f70ab1b56d3ffd1d0ac62563304b19fffd232\
c629638baba8e4b595df3e67ffd3ac2467582be93bac629633ffd4afea3e2ff08e1ff4af1aa76455f2e6ab18cddf8abf\
ce3a6f338b18958cffd5eeb18a58c4ac67ffd6d22c6756b93a4d39bf5074b52eb2457da7e67c4f5ede2bc419aa6d72f3\
628433774035b557f6f773ffd9";

/// The position of the seventh restart marker.
const MARKER: usize = 279;

fn file() -> Vec<u8> {
    let digits = JPEG.as_bytes().chunks_exact(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn means(picture: &Picture) -> Vec<u32> {
    let sum = |index: usize| -> u32 {
        let (left, top) = (index % 8 * 8, index / 8 * 8);
        let row = |y: usize| &picture.samples[64 * y + left..][..8];
        (top..top + 8).flat_map(row).map(|&sample| u32::from(sample)).sum()
    };
    (0..48).map(|index| (sum(index) + 32) / 64).collect()
}

/// All blocks except one match libjpeg's: it invents bits for the first block whose data are
/// missing, which is grey here.
fn check(name: &str, picture: &Picture, expected: &[u32; 48]) {
    let means = means(picture);
    let others: Vec<_> =
        (0..48).filter(|&index| means[index].abs_diff(expected[index]) > 1).collect();
    assert!(others.len() <= 1, "{name}: {others:?} of {means:?}");
    assert!(others.iter().all(|&index| means[index] == 128), "{name}: {means:?}");
}

/// The means of the intact file's blocks.
const SOUND: [u32; 48] = [
    18, 40, 66, 96, 116, 138, 160, 186, 33, 58, 103, 146, 168, 161, 178, 200, 50, 73, 135, 160,
    186, 190, 193, 218, 66, 90, 138, 178, 201, 196, 210, 233, 80, 106, 131, 165, 183, 200, 226,
    181, 98, 120, 146, 170, 193, 218, 230, 44,
];

/// The index of the first block after the seventh restart marker.
const BEHIND: usize = 21;

#[test]
fn restart_markers_are_resynchronized_as_libjpeg_does() {
    let jpeg = file();
    assert_eq!((jpeg[MARKER], jpeg[MARKER + 1]), (0xFF, 0xD6));
    // What replaces the marker, and the blocks after it that differ from those of the intact file.
    let cases: [(&str, &[u8], &[u32]); 8] = [
        ("sound", b"\xFF\xD6", &[]),
        ("lost", b"", &[101, 128, 128]),
        ("doubled", b"\xFF\xD6\xFF\xD6", &[101, 128, 128]),
        ("one ahead", b"\xFF\xD7", &[101, 128, 128, 190, 193, 218]),
        ("two ahead", b"\xFF\xD0", &[101, 128, 128, 128, 128, 128, 190, 193, 218]),
        ("one behind", b"\xFF\xD5", &[101, 128, 128]),
        ("two behind", b"\xFF\xD4", &[101, 128, 128]),
        ("far off", b"\xFF\xD2", &[]),
    ];
    for (name, marker, others) in cases {
        let file = [&jpeg[..MARKER], marker, &jpeg[MARKER + 2..]].concat();
        let picture = decode(&file, 64, 48, Fit::Stretch, 1 << 16).unwrap();
        assert_eq!(picture.is_damaged, marker != [0xFF, 0xD6], "{name}");
        let mut expected = SOUND;
        expected[BEHIND..][..others.len()].copy_from_slice(others);
        check(name, &picture, &expected);
    }
}

#[test]
fn what_there_is_of_a_cut_file_is_what_libjpeg_shows() {
    let jpeg = file();
    // The length, the first block that differs from the intact file, and its mean: nothing follows
    // it.
    for (length, block, mean) in [(239, 12, 165), (327, 30, 199), (439, 47, 48)] {
        let cut = &jpeg[..length];
        assert!(decode(cut, 64, 48, Fit::Stretch, 1 << 16).is_err());
        let picture = salvage(cut, 64, 48, Fit::Stretch, 1 << 16).unwrap();
        assert!(picture.is_damaged);
        let mut expected = [128; 48];
        expected[..block].copy_from_slice(&SOUND[..block]);
        expected[block] = mean;
        check(&format!("cut to {length} bytes"), &picture, &expected);
    }
}
