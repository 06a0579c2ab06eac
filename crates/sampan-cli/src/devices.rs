// SPDX-License-Identifier: Apache-2.0
//! Devices that the command line gives the simulated board.

use crate::units::{parse_seconds, seconds};
use sampan_abi::SensorUnit;
use sampan_sim::{FakeDevice, SimDevices};
use std::str::FromStr;

/// Longest name of a device.
const MAX_NAME: usize = 63;
/// Most digits behind the point of what a sensor measures.
const MAX_DIGITS: usize = 9;

/// One `--device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoardDevice {
    name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Output,
    /// When it changes, in microseconds.
    Input(Vec<u64>),
    /// What its channels measure: a number, and the power of ten that it's multiplied by.
    Sensor(Vec<(i32, i8)>),
}

impl FromStr for BoardDevice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').ok_or("write KIND:NAME, as in output:led0")?;
        let (name, values) = rest.split_once('=').map_or((rest, None), |(name, values)| (name, Some(values)));
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(format!("a name has 1 to {MAX_NAME} bytes"));
        }
        let each = values.into_iter().flat_map(|values| values.split(','));
        let kind = match (kind, values) {
            ("output", None) => Kind::Output,
            ("output", Some(_)) => return Err("what an output shows is the containers' business".to_owned()),
            ("input", _) => Kind::Input(each.map(parse_seconds).collect::<Result<_, _>>()?),
            ("sensor", _) => Kind::Sensor(each.map(parse_decimal).collect::<Result<_, _>>()?),
            (other, _) => return Err(format!("{other} is no kind: there are output, input and sensor")),
        };
        Ok(Self { name: name.to_owned(), kind })
    }
}

/// A decimal number as what a sensor's driver gives.
fn parse_decimal(text: &str) -> Result<(i32, i8), String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let wrong = || format!("{text} is no number that a sensor measures, such as 21.5");
    if part.len() > MAX_DIGITS || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let value = format!("{whole}{part}").parse().map_err(|_| wrong())?;
    Ok((value, -i8::try_from(part.len()).map_err(|_| wrong())?))
}

impl BoardDevice {
    fn fake(&self) -> FakeDevice {
        match &self.kind {
            Kind::Output => FakeDevice::output(),
            Kind::Input(times) => {
                let levels = [true, false].into_iter().cycle();
                FakeDevice::input(times.iter().copied().zip(levels))
            }
            Kind::Sensor(channels) => {
                // Names of channels are those of drivers, and live for ever; there are a few of them in one process.
                let name = |idx: usize| &*idx.to_string().leak();
                let channels = channels.iter().enumerate();
                FakeDevice::sensor(
                    channels.map(|(idx, (_, exponent))| (name(idx), SensorUnit::None, *exponent)),
                )
            }
        }
    }
}

/// The board's devices, in the order of the command line.
pub(crate) fn board(devices: &[BoardDevice]) -> SimDevices {
    let board = SimDevices::new(devices.iter().map(|device| (device.name.clone(), device.fake())));
    for device in devices {
        if let Kind::Sensor(channels) = &device.kind {
            channels
                .iter()
                .enumerate()
                .for_each(|(idx, (value, _))| board.set_value(&device.name, idx, *value));
        }
    }
    board
}

/// What containers have set the outputs to, a line each.
pub(crate) fn told(devices: &[BoardDevice], board: &SimDevices) -> Vec<String> {
    let outputs = devices.iter().filter(|device| device.kind == Kind::Output);
    let line = |device: &BoardDevice| {
        let history = board.history(&device.name);
        let sets: Vec<_> = history
            .iter()
            .map(|(time_us, active)| format!("{} at {}", u8::from(*active), seconds(*time_us)))
            .collect();
        format!("{} was set {} times: {}", device.name, sets.len(), sets.join(", "))
    };
    outputs.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read() {
        let device = |text: &str| text.parse::<BoardDevice>().map(|device| device.kind);
        assert_eq!(device("output:led0"), Ok(Kind::Output));
        assert_eq!(device("input:sw0"), Ok(Kind::Input(vec![])));
        assert_eq!(device("input:sw0=0.5,1"), Ok(Kind::Input(vec![500_000, 1_000_000])));
        assert_eq!(
            device("sensor:room=21.5,-3,-0.25"),
            Ok(Kind::Sensor(vec![(215, -1), (-3, 0), (-25, -2)]))
        );
        for wrong in [
            "",
            "led0",
            "output:",
            "output:led0=1",
            "input:sw0=x",
            "lamp:led0",
            "sensor:s=1.x",
            "sensor:s=",
            "sensor:s=99999999999",
        ] {
            assert!(device(wrong).is_err(), "{wrong}");
        }
    }
}
