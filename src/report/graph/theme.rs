//! Colours of drawings: the roles of the interface, for pictures.

use crate::risk::Severity;

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground: for documents and print.
    #[default]
    Light,
}

impl Theme {
    pub(super) fn window(self) -> &'static str {
        self.pick("#0d1015", "#f3f4f6")
    }
    pub(super) fn raised(self) -> &'static str {
        self.pick("#1a2029", "#ffffff")
    }
    pub(super) fn border(self) -> &'static str {
        self.pick("#2d3643", "#cdd3dc")
    }
    pub(super) fn hairline(self) -> &'static str {
        self.pick("#262e39", "#dfe3e9")
    }
    pub(super) fn text(self) -> &'static str {
        self.pick("#e4e9f0", "#171b21")
    }
    pub(super) fn muted(self) -> &'static str {
        self.pick("#8d98a8", "#5b6675")
    }
    pub(super) fn faint(self) -> &'static str {
        self.pick("#5a6574", "#97a1ae")
    }

    /// The colour of a severity; a note has none of its own.
    pub(super) fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.pick("#ff5d7d", "#c01a41"),
            Severity::High => self.pick("#ff9f4a", "#b45300"),
            Severity::Medium => self.pick("#e9cf4e", "#866a00"),
            Severity::Low => self.pick("#66b8f5", "#1769c0"),
            Severity::Info => self.muted(),
        }
    }

    /// Width of a wire.
    pub(super) fn width(severity: Option<Severity>) -> f32 {
        match severity {
            Some(Severity::Critical) => 3.2,
            Some(Severity::High) => 2.6,
            Some(Severity::Medium) => 2.1,
            Some(Severity::Low) => 1.7,
            Some(Severity::Info) | None => 1.4,
        }
    }

    fn pick(self, dark: &'static str, light: &'static str) -> &'static str {
        match self {
            Self::Dark => dark,
            Self::Light => light,
        }
    }
}
