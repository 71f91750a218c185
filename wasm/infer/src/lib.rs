//! Tensors in, tensors out: runs models as the requests on standard input say.

pub mod element;
pub mod failure;
pub mod random;
pub mod request;
pub mod serve;
