//! Tensors in, tensors out: runs models according to the requests on standard input.

pub mod element;
pub mod failure;
pub mod random;
pub mod request;
pub mod serve;
