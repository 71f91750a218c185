//! Arguments, environment, clocks, random numbers, waiting, sockets.
// SAFETY of all calls below: addresses are those of values that outlive the call, or are
// intentionally outside the memory, which the host must detect.
#![allow(clippy::undocumented_unsafe_blocks)]

use crate::abi::*;
use crate::scene::*;
use crate::Case;

pub(crate) const CASES: &[Case] = &[
    ("args_sizes_get/success", |_| {
        let mut sizes = [0_u32; 2];
        let errno = unsafe { args_sizes_get(at_mut(&mut sizes[0]), at_mut(&mut sizes[1])) };
        answers(errno, SUCCESS)?;
        equals(std::hint::black_box(sizes)[0] >= 2, true)
    }),
    ("args_sizes_get/fault", |_| {
        let mut word = 0_u32;
        answers(unsafe { args_sizes_get(OUTSIDE, at_mut(&mut word)) }, FAULT)?;
        answers(unsafe { args_sizes_get(at_mut(&mut word), OUTSIDE) }, FAULT)
    }),
    ("args_get/success", |_| {
        let (mut pointers, mut buffer) = room_for_arguments()?;
        let errno = unsafe { args_get(at_mut(&mut pointers[..]), at_mut(&mut buffer[..])) };
        answers(errno, SUCCESS)?;
        equals(std::hint::black_box(&pointers)[0], at(&buffer[..]))?;
        equals(std::hint::black_box(&buffer).last(), Some(&0))
    }),
    ("args_get/fault", |_| {
        let (mut pointers, mut buffer) = room_for_arguments()?;
        answers(unsafe { args_get(OUTSIDE, at_mut(&mut buffer[..])) }, FAULT)?;
        answers(unsafe { args_get(at_mut(&mut pointers[..]), OUTSIDE) }, FAULT)
    }),
    ("environ_sizes_get/success", |_| {
        let mut sizes = [9_u32; 2];
        let errno = unsafe { environ_sizes_get(at_mut(&mut sizes[0]), at_mut(&mut sizes[1])) };
        answers(errno, SUCCESS)?;
        // A=1
        equals(std::hint::black_box(sizes), [1, 4])
    }),
    ("environ_sizes_get/fault", |_| {
        let mut word = 0_u32;
        answers(unsafe { environ_sizes_get(OUTSIDE, at_mut(&mut word)) }, FAULT)?;
        answers(unsafe { environ_sizes_get(at_mut(&mut word), OUTSIDE) }, FAULT)
    }),
    ("environ_get/success", |_| {
        let mut pointers = [0_u32; 1];
        let mut buffer = [0_u8; 4];
        answers(unsafe { environ_get(at_mut(&mut pointers), at_mut(&mut buffer)) }, SUCCESS)?;
        equals(std::hint::black_box(buffer), *b"A=1\0")
    }),
    ("environ_get/fault", |_| {
        let mut word = [0_u8; 64];
        answers(unsafe { environ_get(OUTSIDE, at_mut(&mut word)) }, FAULT)?;
        answers(unsafe { environ_get(at_mut(&mut word), OUTSIDE) }, FAULT)
    }),
    ("clock_res_get/success", |_| {
        for id in 0..4 {
            let mut resolution = 0_u64;
            answers(unsafe { clock_res_get(id, at_mut(&mut resolution)) }, SUCCESS)?;
            equals(std::hint::black_box(resolution) > 0, true)?;
        }
        Ok(())
    }),
    ("clock_res_get/inval", |_| {
        let mut resolution = 0_u64;
        answers(unsafe { clock_res_get(4, at_mut(&mut resolution)) }, INVAL)
    }),
    ("clock_res_get/fault", |_| answers(unsafe { clock_res_get(0, OUTSIDE) }, FAULT)),
    ("clock_time_get/success", |_| {
        for id in 0..4 {
            let mut time = 0_u64;
            answers(unsafe { clock_time_get(id, 0, at_mut(&mut time)) }, SUCCESS)?;
            equals(std::hint::black_box(time) > 0, true)?;
        }
        Ok(())
    }),
    ("clock_time_get/inval", |_| {
        let mut time = 0_u64;
        answers(unsafe { clock_time_get(u32::MAX, 0, at_mut(&mut time)) }, INVAL)
    }),
    ("clock_time_get/fault", |_| answers(unsafe { clock_time_get(1, 0, OUTSIDE) }, FAULT)),
    ("random_get/success", |_| {
        let mut bytes = [0_u8; 32];
        answers(unsafe { random_get(at_mut(&mut bytes), 32) }, SUCCESS)?;
        equals(std::hint::black_box(bytes) == [0; 32], false)?;
        answers(unsafe { random_get(0, 0) }, SUCCESS)
    }),
    ("random_get/fault", |_| answers(unsafe { random_get(OUTSIDE, 64) }, FAULT)),
    ("sched_yield/success", |_| answers(unsafe { sched_yield() }, SUCCESS)),
    ("proc_raise/notsup", |_| answers(unsafe { proc_raise(6) }, NOTSUP)),
    ("poll_oneoff/success-clock", |_| {
        let (errno, count, event) = poll(&subscription(0, 1, 1_000_000, 0));
        answers(errno, SUCCESS)?;
        equals((count, event[0], event[1] as u16), (1, 77, 0))
    }),
    ("poll_oneoff/success-file", |scene| {
        let file = scene.file("f", "0123456789")?;
        let (errno, count, event) = poll(&subscription(1, file, 0, 0));
        answers(errno, SUCCESS)?;
        // Error, type, and the number of available bytes.
        equals((count, event[1] & 0xff_ffff, event[2]), (1, 1 << 16, 10))?;
        let (errno, count, event) = poll(&subscription(2, file, 0, 0));
        answers(errno, SUCCESS)?;
        equals((count, event[1] & 0xff_ffff, event[2] > 0), (1, 2 << 16, true))
    }),
    ("poll_oneoff/inval-none", |_| answers(unsafe { poll_oneoff(0, 0, 0, 0) }, INVAL)),
    ("poll_oneoff/inval-kind", |_| answers(poll(&subscription(3, 0, 0, 0)).0, INVAL)),
    ("poll_oneoff/inval-clock", |_| {
        let (errno, count, event) = poll(&subscription(0, 9, 0, 0));
        answers(errno, SUCCESS)?;
        equals((count, u32::from(event[1] as u16)), (1, INVAL))
    }),
    ("poll_oneoff/inval-flags", |_| {
        let (errno, count, event) = poll(&subscription(0, 1, 0, 2));
        answers(errno, SUCCESS)?;
        equals((count, u32::from(event[1] as u16)), (1, INVAL))
    }),
    ("poll_oneoff/notsup-clock", |_| {
        let (errno, count, event) = poll(&subscription(0, 2, 0, 0));
        answers(errno, SUCCESS)?;
        equals((count, u32::from(event[1] as u16)), (1, NOTSUP))
    }),
    ("poll_oneoff/badf", |_| {
        let (errno, count, event) = poll(&subscription(1, CLOSED, 0, 0));
        answers(errno, SUCCESS)?;
        equals((count, u32::from(event[1] as u16)), (1, BADF))
    }),
    ("poll_oneoff/notcapable", |scene| {
        let file = scene.file("f", "x")?;
        keep_only(file, FD_READ)?;
        let (errno, count, event) = poll(&subscription(1, file, 0, 0));
        answers(errno, SUCCESS)?;
        equals((count, u32::from(event[1] as u16)), (1, NOTCAPABLE))
    }),
    ("poll_oneoff/fault", |_| {
        let mut record = [0_u64; 6];
        let place = at_mut(&mut record);
        answers(unsafe { poll_oneoff(OUTSIDE, place, 1, place) }, FAULT)?;
        answers(unsafe { poll_oneoff(place, OUTSIDE, 1, place) }, FAULT)?;
        answers(unsafe { poll_oneoff(place, place, 1, OUTSIDE) }, FAULT)
    }),
    ("sock_accept/notsock", |scene| sockets(scene.writable, NOTSOCK, 0)),
    ("sock_accept/badf", |_| sockets(CLOSED, BADF, 0)),
    ("sock_recv/notsock", |_| sockets(STDIN, NOTSOCK, 1)),
    ("sock_recv/badf", |_| sockets(CLOSED, BADF, 1)),
    ("sock_send/notsock", |_| sockets(STDOUT, NOTSOCK, 2)),
    ("sock_send/badf", |_| sockets(CLOSED, BADF, 2)),
    ("sock_shutdown/notsock", |_| sockets(STDIN, NOTSOCK, 3)),
    ("sock_shutdown/badf", |_| sockets(CLOSED, BADF, 3)),
];

/// The buffers that `args_get` fills.
fn room_for_arguments() -> Result<(Vec<u32>, Vec<u8>), String> {
    let mut sizes = [0_u32; 2];
    let errno = unsafe { args_sizes_get(at_mut(&mut sizes[0]), at_mut(&mut sizes[1])) };
    answers(errno, SUCCESS)?;
    let [count, size] = std::hint::black_box(sizes);
    Ok((vec![0; count as usize], vec![1; size as usize]))
}

/// A subscription of user data 77: its kind, the clock or descriptor, the timeout and flags of a clock.
fn subscription(kind: u64, id: u32, timeout: u64, flags: u64) -> [u64; 6] {
    [77, kind, u64::from(id), timeout, 0, flags]
}

/// The errno, the number of events, and the event: user data, error and kind, bytes, flags.
fn poll(subscription: &[u64; 6]) -> (u32, u32, [u64; 4]) {
    let mut event = [0_u64; 4];
    let mut count = 0_u32;
    let errno = unsafe { poll_oneoff(at(subscription), at_mut(&mut event), 1, at_mut(&mut count)) };
    (errno, std::hint::black_box(count), std::hint::black_box(event))
}

fn sockets(fd: u32, expected: u32, which: u32) -> Outcome {
    let mut words = [0_u32; 4];
    let place = at_mut(&mut words);
    let errno = match which {
        0 => unsafe { sock_accept(fd, 0, place) },
        1 => unsafe { sock_recv(fd, place, 1, 0, place, place) },
        2 => unsafe { sock_send(fd, place, 1, 0, place) },
        _ => unsafe { sock_shutdown(fd, 0) },
    };
    answers(errno, expected)
}
