//! What is timed, and the two classes of input that it is timed on.

use std::hint::black_box;

use dudect_bencher::BenchRng;
use mfakit::FactorId;

/// Which of the two classes an input is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Left,
    Right,
}

/// What somebody sends: the factor that it names and the text that it types. It lies in one piece
/// of memory, so that the inputs of two classes do as well.
#[derive(Clone, Copy)]
pub(crate) struct Input {
    factor: FactorId,
    text: [u8; 16],
    length: usize,
}

impl Input {
    /// A text of at most 16 bytes.
    pub(crate) fn new(factor: FactorId, typed: &str) -> Self {
        let mut text = [0; 16];
        text[..typed.len()].copy_from_slice(typed.as_bytes());
        Self { factor, text, length: typed.len() }
    }

    /// A text that names no factor.
    pub(crate) fn text(typed: &str) -> Self {
        Self::new(FactorId::from_random([0; 16]), typed)
    }

    pub(crate) fn factor(&self) -> FactorId {
        self.factor
    }

    pub(crate) fn typed(&self) -> &str {
        std::str::from_utf8(&self.text[..self.length]).expect("ASCII")
    }
}

type Draw = dyn Fn(Class, &mut BenchRng) -> Input;

/// An operation, and how an input of either class is made.
pub(crate) struct Pair {
    input: Box<Draw>,
    operation: Box<dyn Fn(&Input)>,
}

impl Pair {
    pub(crate) fn new<T>(
        input: impl Fn(Class, &mut BenchRng) -> Input + 'static,
        operation: impl Fn(&Input) -> T + 'static,
    ) -> Self {
        let operation = move |input: &Input| drop(black_box(operation(black_box(input))));
        Self { input: Box::new(input), operation: Box::new(operation) }
    }

    pub(crate) fn input(&self, class: Class, rng: &mut BenchRng) -> Input {
        (self.input)(class, rng)
    }

    /// The operation, what it drops included. It keeps its name in the program: it is what
    /// callgrind is told to count.
    #[inline(never)]
    pub(crate) fn operate(&self, input: &Input) {
        (self.operation)(input);
    }
}
