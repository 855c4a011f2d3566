//! How an authenticator is reached.

use serde::Serialize;

/// A way in which the client may reach an authenticator (§5.8.4).
///
/// The client's own word, kept as a hint for its next prompt. One that this list does not know is
/// dropped: it would only be repeated to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transport {
    /// Bluetooth Low Energy.
    Ble,
    /// A phone beside the computer.
    Hybrid,
    /// Part of the client's device.
    Internal,
    /// Near-field communication.
    Nfc,
    /// A smart card.
    SmartCard,
    /// USB.
    Usb,
}

impl Transport {
    /// Every transport, by its name.
    const ALL: [Self; 6] =
        [Self::Ble, Self::Hybrid, Self::Internal, Self::Nfc, Self::SmartCard, Self::Usb];

    /// The name that the standard gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ble => "ble",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
            Self::Nfc => "nfc",
            Self::SmartCard => "smart-card",
            Self::Usb => "usb",
        }
    }

    /// The transport of this name, if it is known.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.as_str() == name)
    }
}

/// The known ones among the names, each once and in order.
pub(super) fn known(names: &[String]) -> Vec<Transport> {
    let mut known: Vec<_> = names.iter().filter_map(|name| Transport::from_name(name)).collect();
    known.sort_unstable();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transport_is_written_by_the_name_it_is_read_by() {
        for transport in Transport::ALL {
            assert_eq!(Transport::from_name(transport.as_str()), Some(transport));
            assert_eq!(serde_json::json!(transport), transport.as_str());
        }
    }

    #[test]
    fn unknown_and_doubled_transports_are_dropped() {
        let names = ["usb", "telepathy", "nfc", "usb", "USB", ""].map(String::from);
        assert_eq!(known(&names), [Transport::Nfc, Transport::Usb]);
    }
}
