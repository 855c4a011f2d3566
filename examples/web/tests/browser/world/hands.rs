//! What hands do besides clicking on names: keys, clipboard, impatience.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::json;

use super::Browser;
use super::page::Role;

impl Browser {
    /// Presses keys, wherever the focus is.
    pub(crate) fn keys(&mut self, keys: &[Key]) -> &mut Self {
        let keys: String = keys.iter().map(|key| char::from(*key)).collect();
        self.type_here(&keys)
    }

    /// Types wherever the focus is.
    pub(crate) fn type_here(&mut self, text: &str) -> &mut Self {
        self.type_keys(text);
        self
    }

    pub(crate) fn type_keys(&self, text: &str) {
        let keys =
            text.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        self.act_with_keys(keys);
    }

    /// Enter, on what leads to another page.
    #[track_caller]
    pub(crate) fn enter(&mut self) -> &mut Self {
        self.leads_on(|browser| browser.type_keys(&char::from(Key::Enter).to_string()))
    }

    /// Goes on with the tabulator until the focus, which has to be seen, is on this.
    #[track_caller]
    pub(crate) fn tab_to(&mut self, name: &str) -> &mut Self {
        for _ in 0..40 {
            self.keys(&[Key::Tab]);
            let ring = "return getComputedStyle(document.activeElement).outlineStyle";
            assert_ne!(self.script(ring, &[]), "none", "no focus to be seen on {}", self.focused());
            if self.focused() == name {
                return self;
            }
        }
        panic!("no {name:?} is reached with the keyboard at {self:?}");
    }

    /// Pastes a text where the focus is.
    pub(crate) fn paste(&self, text: &str) {
        self.allow_clipboard();
        let write = "navigator.clipboard.writeText(arguments[0]).then(arguments[1])";
        self.wait_on(self.client.execute_async(write, vec![json!(text)])).expect("a clipboard");
        let control = char::from(Key::Control);
        self.act_with_keys([
            KeyAction::Down { value: control },
            KeyAction::Down { value: 'v' },
            KeyAction::Up { value: 'v' },
            KeyAction::Up { value: control },
        ]);
    }

    /// What was copied last.
    pub(crate) fn clipboard(&self) -> String {
        self.allow_clipboard();
        let read = "navigator.clipboard.readText().then(arguments[0])";
        let text = self.wait_on(self.client.execute_async(read, Vec::new())).expect("a clipboard");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Where downloads go.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.driver.folder.path().join("downloads")
    }

    /// Types into a field whose page then goes on by itself.
    #[track_caller]
    pub(crate) fn fill_and_go(&mut self, name: &str, text: &str) -> &mut Self {
        let field = self.find(Role::Field, name);
        self.leads_on(|browser| browser.wait_on(field.send_keys(text)).expect("typed"))
    }

    /// Ticks a box.
    #[track_caller]
    pub(crate) fn tick(&mut self, name: &str) -> &mut Self {
        let tick = self.find(Role::Tick, name);
        self.wait_on(tick.click()).expect("it can be ticked");
        self
    }

    /// Chooses a day, as its field's own calendar would. In which order its parts are typed depends
    /// on the machine.
    #[track_caller]
    pub(crate) fn choose_date(&mut self, name: &str, day: DateTime<Utc>) -> &mut Self {
        let field = self.find(Role::Date, name);
        let element = serde_json::to_value(&field).expect("an element");
        self.script(
            "arguments[0].value = arguments[1]",
            &[element, json!(day.date_naive().to_string())],
        );
        self
    }

    /// Two clicks where one was asked for.
    #[track_caller]
    pub(crate) fn double_click(&self, name: &str) {
        let element = self.find(Role::Button, name);
        let click = || {
            let button = fantoccini::actions::MOUSE_BUTTON_LEFT;
            [PointerAction::Down { button }, PointerAction::Up { button }]
        };
        let there = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let mouse = MouseActions::new("mouse".to_owned()).then(there);
        // As fast as a hand does it.
        let pause = PointerAction::Pause { duration: Duration::from_millis(120) };
        let twice = click().into_iter().chain([pause]).chain(click());
        let mouse = twice.fold(mouse, |mouse, act| mouse.then(act));
        self.wait_on(self.client.perform_actions(mouse)).expect("clicked twice");
    }

    /// The browser's own buttons.
    pub(crate) fn back(&self) {
        self.wait_on(self.client.back()).expect("there is a page before");
    }

    pub(crate) fn reload(&self) {
        self.wait_on(self.client.refresh()).expect("it reloads");
    }

    /// A browser that was never here: the session is left, not ended.
    pub(crate) fn forgets(&mut self) -> &mut Self {
        self.wait_on(self.client.delete_all_cookies()).expect("it forgets");
        self
    }

    /// What stands in the first frame of the page.
    pub(crate) fn framed_address(&self) -> String {
        self.wait_on(self.client.enter_frame(0)).expect("a frame");
        let address = self.script("return document.URL", &[]);
        self.wait_on(self.client.enter_parent_frame()).expect("the page around it");
        address.as_str().unwrap_or_default().to_owned()
    }

    /// From now on no script of a page runs.
    pub(crate) fn switch_scripts_off(&mut self) -> &mut Self {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        self
    }

    fn allow_clipboard(&self) {
        let permissions =
            json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.devtools("Browser.grantPermissions", permissions);
    }

    fn act_with_keys(&self, keys: impl IntoIterator<Item = KeyAction>) {
        let keyboard = KeyActions::new("keyboard".to_owned());
        let keyboard = keys.into_iter().fold(keyboard, |keyboard, key| keyboard.then(key));
        self.wait_on(self.client.perform_actions(keyboard)).expect("typed");
    }
}
