//! The QR code of an authenticator app's setup: SVG for pages, text for terminals.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};
use zeroize::Zeroizing;

use crate::domain::TotpSetup;

/// Light modules around the code on each side (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

impl TotpSetup {
    /// The QR code as an SVG image, for putting into a page as it is.
    ///
    /// It has no size of its own and fills what it is put into; 200 CSS pixels are enough for a
    /// usual setup, 300 for one with the longest names. It is black on white with its own margin,
    /// so that it scans on a dark page too. It has a title for screen readers, and no style, script
    /// or reference that a strict Content-Security-Policy would stop.
    ///
    /// # Security
    /// The image is the secret. Write it into the page itself, sent with `Cache-Control: no-store`;
    /// never give it a URL. The text is wiped when dropped.
    pub fn qr_svg(&self) -> Zeroizing<String> {
        svg(&Modules::of(self.otpauth_uri()))
    }

    /// The QR code as lines of text, two modules to a character, for terminals.
    ///
    /// Light modules are drawn and dark ones left blank, without color codes: on a dark terminal
    /// the code looks as on paper. On a light terminal it is reversed, light on dark, margin
    /// included, and not every reader takes that: offer [`manual_key`](Self::manual_key) beside it.
    /// A usual setup takes 49 columns and 25 lines.
    ///
    /// # Security
    /// The text is the secret: print it to a terminal, never to a log. It is wiped when dropped.
    pub fn qr_text(&self) -> Zeroizing<String> {
        text(&Modules::of(self.otpauth_uri()))
    }
}

/// A square of modules.
struct Modules {
    width: usize,
    /// Row by row; true is dark.
    dark: Zeroizing<Vec<bool>>,
}

impl Modules {
    /// Encodes a text at error correction level L: 7 % of it may be unreadable. The higher levels
    /// are for print that gets dirty; on a screen they only make the modules smaller.
    fn of(text: &str) -> Self {
        match QrCode::with_error_correction_level(text, EcLevel::L) {
            Ok(code) => {
                let width = code.width();
                let dark = code.into_colors().into_iter().map(|color| color == Color::Dark);
                Self { width, dark: Zeroizing::new(dark.collect()) }
            }
            // 2,953 bytes fit, and the longest names and secret make 1,324. A blank square is what
            // the impossible looks like.
            Err(_) => Self { width: 0, dark: Zeroizing::default() },
        }
    }

    /// Whether a module is dark, counted from the corner of the margin. Outside, all is light.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET), y.checked_sub(QUIET)) else {
            return false;
        };
        x < self.width && self.dark.get(y * self.width + x).is_some_and(|dark| *dark)
    }

    /// The width with both margins.
    fn side(&self) -> usize {
        self.width + 2 * QUIET
    }
}

fn svg(modules: &Modules) -> Zeroizing<String> {
    let side = modules.side();
    // Enough for every module, so that no half-written copy is left behind by growing.
    let capacity = 300 + modules.dark.len() * "M000 000h1v1h-1z".len();
    let mut svg = Zeroizing::new(String::with_capacity(capacity));
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         shape-rendering=\"crispEdges\"><title>QR code</title>\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
    );
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|x| modules.is_dark(*x, y)).count();
            if run > 0 {
                let _ = write!(svg, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    svg.push_str("\"/></svg>");
    svg
}

fn text(modules: &Modules) -> Zeroizing<String> {
    let side = modules.side();
    let capacity = (side * '█'.len_utf8() + 1) * side.div_ceil(2);
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    for y in (0..side).step_by(2) {
        text.extend((0..side).map(|x| match (modules.is_dark(x, y), modules.is_dark(x, y + 1)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        }));
        text.push('\n');
    }
    text
}

#[cfg(test)]
#[path = "qr_tests.rs"]
mod tests;
