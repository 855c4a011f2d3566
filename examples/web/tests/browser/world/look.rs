//! Looking at a page: pictures for people, and the rules for accessible ones.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::driver::Raw;
use super::{Browser, tools};

const PHONE: u32 = 390;
const DESKTOP: u32 = 1280;
/// The narrowest that has to do: WCAG 2.2, 1.4.10.
const NARROW: u32 = 320;

impl Browser {
    /// Looks at the page in both themes, on a phone and on a desktop: writes the pictures, and holds
    /// it to the accessibility rules, to a narrow screen and to a silent console.
    #[track_caller]
    pub(crate) fn look(&mut self, name: &str) -> &mut Self {
        for theme in ["light", "dark"] {
            self.theme(theme);
            for (device, width) in [("phone", PHONE), ("desktop", DESKTOP)] {
                self.width(width);
                self.picture(&format!("{name}-{device}-{theme}"));
            }
            self.is_accessible(name, theme);
        }
        self.fits(NARROW, name);
        self.theme("light").width(DESKTOP).has_a_silent_console()
    }

    pub(crate) fn theme(&mut self, theme: &str) -> &mut Self {
        let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
        self
    }

    /// A window this wide, and as high as the page.
    pub(crate) fn width(&mut self, width: u32) -> &mut Self {
        let device = |height: u64| {
            let mobile = width < 600;
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
            self.devtools("Emulation.setDeviceMetricsOverride", size);
        };
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        let usual = if width < 600 { 844 } else { 800 };
        device(usual);
        let height = self.script("return document.documentElement.scrollHeight", &[]);
        device(height.as_u64().unwrap_or(usual).max(usual));
        self
    }

    /// Writes a picture of what the window shows into the folder for people to look at.
    pub(crate) fn picture(&mut self, name: &str) -> PathBuf {
        let file = tools::screens().join(format!("{name}.png"));
        self.take_picture(&file);
        file
    }

    pub(crate) fn take_picture(&self, file: &Path) {
        let picture = self.wait_on(self.client.screenshot()).expect("a picture");
        std::fs::write(file, picture).expect("the picture is written");
    }

    /// The rules of axe-core, in the page, as its policy allows.
    #[track_caller]
    fn is_accessible(&self, name: &str, theme: &str) {
        let axe = std::fs::read_to_string(tools::axe()).expect("axe-core");
        let run = format!(
            "const done = arguments[arguments.length - 1];
             if (!window.axe) {{ {axe} }}
             window.axe.run(document, {{ resultTypes: ['violations', 'incomplete'] }})
                 .then(done, (error) => done(String(error)));"
        );
        let result = self.wait_on(self.client.execute_async(&run, Vec::new())).expect("axe runs");
        let passed = result["passes"].as_array().map_or(0, Vec::len);
        assert!(passed > 5, "axe judged nothing of {name}: {result}");
        let found: Vec<String> = violations(&result);
        assert!(found.is_empty(), "{name}, {theme}: {found:#?}");
    }

    /// Nothing has to be scrolled sideways.
    #[track_caller]
    pub(crate) fn fits(&mut self, width: u32, name: &str) -> &mut Self {
        self.width(width);
        let over = "return document.documentElement.scrollWidth - window.innerWidth";
        let over = self.script(over, &[]).as_i64().unwrap_or(i64::MAX);
        if over > 0 {
            self.picture(&format!("{name}-too-wide"));
        }
        assert!(over <= 0, "{name} is {over} pixels too wide for {width}");
        self
    }

    /// The console has no errors: no script failed, and no policy was violated.
    #[track_caller]
    pub(crate) fn has_a_silent_console(&mut self) -> &mut Self {
        let complaints = self.console();
        assert!(complaints.is_empty(), "the console says {complaints:#?}");
        self
    }

    /// The errors and warnings on the console since it was asked last. A page that says no with its
    /// status, as one with a wrong code does, is no complaint.
    pub(crate) fn console(&self) -> Vec<String> {
        let said = self.wait_on(self.client.issue_cmd(Raw::console())).expect("a console");
        let said = said.as_array().cloned().unwrap_or_default();
        let complaint = |entry: &&Value| {
            let text = entry["message"].as_str().unwrap_or_default();
            let refusal = entry["source"] == "network" && text.contains("with a status of 4");
            (entry["level"] == "SEVERE" || entry["level"] == "WARNING") && !refusal
        };
        said.iter().filter(complaint).map(Value::to_string).collect()
    }
}

fn violations(result: &Value) -> Vec<String> {
    let rules = result["violations"].as_array().into_iter().flatten();
    let nodes = |rule: &Value| -> Vec<String> {
        let nodes = rule["nodes"].as_array().into_iter().flatten();
        nodes.map(|node| format!("{}: {}", node["html"], node["failureSummary"])).collect()
    };
    rules.map(|rule| format!("{} {:?}", rule["id"], nodes(rule))).collect()
}
