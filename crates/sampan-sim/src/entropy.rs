// SPDX-License-Identifier: Apache-2.0
//! Random numbers of a simulation: the same ones every time, or the machine's.

use sampan_platform::{Entropy, Error};
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random bytes.
#[derive(Debug)]
pub struct SimEntropy(Source);

#[derive(Debug)]
enum Source {
    Seeded(AtomicU64),
    Real,
}

/// Distance between two states of SplitMix64: 2^64 divided by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl SimEntropy {
    /// Bytes that follow from `seed` alone. For simulations; an attacker can predict them.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(AtomicU64::new(seed)))
    }

    /// The machine's random numbers.
    #[must_use]
    pub const fn real() -> Self {
        Self(Source::Real)
    }
}

impl Entropy for SimEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let Source::Seeded(state) = &self.0 else {
            return getrandom::fill(buffer).map_err(|_| Error::Io);
        };
        for chunk in buffer.chunks_mut(8) {
            let word = mix(state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP));
            chunk.iter_mut().zip(word.to_le_bytes()).for_each(|(place, byte)| *place = byte);
        }
        Ok(())
    }
}

/// The output function of SplitMix64.
pub(crate) const fn mix(state: u64) -> u64 {
    let word = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence() {
        let mut bytes = [0; 20];
        SimEntropy::seeded(0).fill(&mut bytes).unwrap();
        // First outputs of the reference implementation, seed 0.
        assert_eq!(bytes[..8], 0xe220_a839_7b1d_cdaf_u64.to_le_bytes());
        assert_eq!(bytes[8..16], 0x6e78_9e6a_a1b9_65f4_u64.to_le_bytes());
        assert_eq!(bytes[16..], 0x06c4_5d18_8009_454f_u64.to_le_bytes()[..4]);
    }

    #[test]
    fn real_entropy_differs() {
        let (mut first, mut second) = ([0; 32], [0; 32]);
        SimEntropy::real().fill(&mut first).unwrap();
        SimEntropy::real().fill(&mut second).unwrap();
        assert_ne!(first, second);
    }
}
