// SPDX-License-Identifier: Apache-2.0
//! Devices that stand in for a board's: what each `--device` says, and what has become of it at the end.

use sampan_abi::limits::MAX_DEVICE_NAME;
use sampan_abi::{DeviceKind, SensorUnit};
use sampan_platform::{AdcScale, I2cAddress};
use sampan_sim::{FakeDevice, SimDevices};
use std::str::FromStr;

/// Counts of an analogue input: 12 bits, of 3.3 V.
const SCALE: AdcScale = AdcScale { raw_max: 4095, min_uv: 0, max_uv: 3_300_000 };

/// Kinds by the names that permissions have for them.
const KINDS: [(DeviceKind, &str); 6] = [
    (DeviceKind::Gpio, "gpio"),
    (DeviceKind::Adc, "adc"),
    (DeviceKind::I2c, "i2c"),
    (DeviceKind::Spi, "spi"),
    (DeviceKind::Uart, "uart"),
    (DeviceKind::Sensor, "sensor"),
];

/// What a device does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Output,
    /// When it changes, in microseconds; to active first.
    Input(Vec<u64>),
    Count(u32),
    Addresses(Vec<u8>),
    Loop,
    /// What has come.
    Text(String),
    /// What it measures, in thousandths.
    Value(i32),
}

/// One `--device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fake {
    kind: DeviceKind,
    name: String,
    state: State,
}

impl FromStr for Fake {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').ok_or("write KIND:NAME or KIND:NAME=STATE")?;
        let (kind, _) = *KINDS
            .iter()
            .find(|(_, name)| *name == kind)
            .ok_or("the kind is gpio, adc, i2c, spi, uart or sensor")?;
        let (name, state) = match rest.split_once('=') {
            Some((name, state)) => (name, Some(state)),
            None => (rest, None),
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || name.len() > MAX_DEVICE_NAME || !name.bytes().all(allowed) {
            return Err(format!("a name is 1 to {MAX_DEVICE_NAME} of A-Z a-z 0-9 - _ ."));
        }
        Ok(Self { kind, name: name.to_owned(), state: parse_state(kind, state)? })
    }
}

fn parse_state(kind: DeviceKind, text: Option<&str>) -> Result<State, String> {
    match (kind, text) {
        (DeviceKind::Gpio, None) => Ok(State::Output),
        (DeviceKind::Gpio, Some(times)) => {
            let times: Option<Vec<u64>> = times.split(',').map(milliseconds).collect();
            let times = times.filter(|times| times.is_sorted_by(|one, next| one < next));
            times
                .map(State::Input)
                .ok_or_else(|| "an input changes at rising times in ms: 100,250".to_owned())
        }
        (DeviceKind::Adc, count) => {
            let count = count.unwrap_or("0").parse().ok().filter(|count| *count <= SCALE.raw_max);
            count.map(State::Count).ok_or_else(|| format!("a count is 0 to {}", SCALE.raw_max))
        }
        (DeviceKind::I2c, Some(addresses)) => {
            let addresses: Option<Vec<u8>> = addresses.split(',').map(address).collect();
            addresses.map(State::Addresses).ok_or_else(|| "an address is 0x00 to 0x7f: 0x48,0x49".to_owned())
        }
        (DeviceKind::I2c, None) => Ok(State::Addresses(Vec::new())),
        (DeviceKind::Spi, None) => Ok(State::Loop),
        (DeviceKind::Spi, Some(_)) => Err("it gives back what it's sent, and has no state".to_owned()),
        (DeviceKind::Uart, text) => Ok(State::Text(text.unwrap_or("").to_owned())),
        (DeviceKind::Sensor, value) => {
            let value = value.unwrap_or("0").parse().map(State::Value);
            value.map_err(|_| "a sensor measures a whole number of thousandths".to_owned())
        }
        (DeviceKind::Net, _) => Err("sockets aren't devices; see --net".to_owned()),
    }
}

fn milliseconds(text: &str) -> Option<u64> {
    text.parse::<u64>().ok()?.checked_mul(1000)
}

fn address(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("0x")?, 16).ok().filter(|address| *address < 0x80)
}

impl Fake {
    fn device(&self) -> FakeDevice {
        match &self.state {
            State::Output => FakeDevice::output(),
            State::Input(times) => {
                FakeDevice::input(times.iter().enumerate().map(|(idx, at_us)| (*at_us, idx % 2 == 0)))
            }
            State::Count(_) => FakeDevice::analogue(SCALE, 0),
            State::Addresses(addresses) => {
                FakeDevice::i2c(addresses.iter().map(|address| I2cAddress::Seven(*address)))
            }
            State::Loop => FakeDevice::spi_loop(),
            State::Text(text) => {
                FakeDevice::serial((!text.is_empty()).then(|| (0, text.clone().into_bytes())))
            }
            State::Value(_) => FakeDevice::sensor([("value", SensorUnit::None, -3)]),
        }
    }

    /// What has become of it, if it tells.
    fn report(&self, devices: &SimDevices) -> Option<String> {
        let name = &self.name;
        match self.state {
            State::Output => {
                let level = if devices.level(name)? { "active" } else { "not active" };
                Some(format!("gpio {name}: {level}, was set {} times", devices.history(name).len()))
            }
            State::Text(_) => {
                let sent = devices.take_sent(name);
                Some(format!(
                    "uart {name}: was sent {} bytes: {:?}",
                    sent.len(),
                    String::from_utf8_lossy(&sent)
                ))
            }
            _ => None,
        }
    }
}

/// The devices of a simulation.
///
/// # Errors
/// The name of one that is there twice.
pub(crate) fn make(fakes: &[Fake], net: bool) -> Result<SimDevices, String> {
    for (idx, fake) in fakes.iter().enumerate() {
        let mut before = fakes.iter().take(idx);
        if before.any(|other| (other.kind, &other.name) == (fake.kind, &fake.name)) {
            return Err(fake.name.clone());
        }
    }
    let devices = SimDevices::new(fakes.iter().map(|fake| (fake.name.clone(), fake.device())));
    for fake in fakes {
        match fake.state {
            State::Count(raw) => devices.set_raw(&fake.name, raw),
            State::Value(value) => devices.set_value(&fake.name, 0, value),
            _ => {}
        }
    }
    Ok(if net { devices.with_net() } else { devices })
}

/// What has become of them, a line each.
pub(crate) fn report(fakes: &[Fake], devices: &SimDevices) -> Vec<String> {
    fakes.iter().filter_map(|fake| fake.report(devices)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_by_kind_and_nonsense_is_refused() {
        for (text, state) in [
            ("gpio:led0", State::Output),
            ("gpio:key=1,20", State::Input(vec![1000, 20_000])),
            ("adc:light=4095", State::Count(4095)),
            ("adc:light", State::Count(0)),
            ("i2c:bus=0x48,0x7f", State::Addresses(vec![0x48, 0x7f])),
            ("i2c:bus", State::Addresses(Vec::new())),
            ("spi:loop", State::Loop),
            ("uart:gps=a=b", State::Text("a=b".to_owned())),
            ("sensor:room=-5250", State::Value(-5250)),
        ] {
            assert_eq!(text.parse::<Fake>().map(|fake| fake.state), Ok(state), "{text}");
        }
        for text in [
            "",
            "gpio",
            "gpio:",
            "led0",
            "GPIO:led0",
            "net:a",
            "gpio:l d",
            "gpio:led/0",
            "gpio:key=",
            "gpio:key=2,1",
            "gpio:key=1,1",
            "gpio:key=-1",
            "gpio:key=18446744073709551615",
            "adc:a=4096",
            "adc:a=x",
            "i2c:b=48",
            "i2c:b=0x80",
            "i2c:b=",
            "spi:s=1",
            "sensor:s=1.5",
            "gpio:a-name-of-thirty-two-bytes-12345",
        ] {
            assert!(text.parse::<Fake>().is_err(), "{text}");
        }
        let twice: Vec<Fake> =
            ["gpio:a", "adc:a", "gpio:a"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(make(&twice, false).err(), Some("a".to_owned()));
    }
}
