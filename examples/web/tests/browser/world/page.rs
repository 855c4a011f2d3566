//! What a visitor does at a page, and what it says. Things are found by the names that the browser
//! gives them in its accessibility tree, as a screen reader would.

use std::fmt;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use super::Browser;
use super::driver::Raw;

/// How long something may take to appear. A busy machine is slow; a right page is there at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a thing is, in the accessibility tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Button,
    Link,
    Field,
    Date,
    Tick,
    List,
    Navigation,
    Image,
}

impl Role {
    /// Where such things are looked for, and what the browser then has to call them.
    fn candidates(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Button => ("button, summary, [type=submit]", &["button", "DisclosureTriangle"]),
            Self::Link => ("a[href]", &["link"]),
            Self::Field => ("input, textarea, select", &["textbox", "spinbutton", "combobox"]),
            Self::Date => ("[type=date]", &["Date"]),
            Self::Tick => ("[type=checkbox]", &["checkbox"]),
            Self::List => ("ul, ol", &["list"]),
            Self::Navigation => ("nav", &["navigation"]),
            Self::Image => ("svg, img, [role=img]", &["image", "img"]),
        }
    }
}

impl Browser {
    /// Types an address of the application.
    pub(crate) fn visit(&mut self, path: &str) -> &mut Self {
        let address = format!("{}{path}", self.home);
        self.visit_elsewhere(&address)
    }

    /// Types any address.
    pub(crate) fn visit_elsewhere(&mut self, address: &str) -> &mut Self {
        self.wait_on(self.client.goto(address)).expect("the page opens");
        self
    }

    /// Clicks a button that leads to another page.
    #[track_caller]
    pub(crate) fn press(&mut self, name: &str) -> &mut Self {
        let button = self.find(Role::Button, name);
        self.leads_on(|browser| browser.wait_on(button.click()).expect("it can be clicked"))
    }

    /// Clicks a button that does something on this page.
    #[track_caller]
    pub(crate) fn press_here(&mut self, name: &str) -> &mut Self {
        let button = self.find(Role::Button, name);
        self.wait_on(button.click()).expect("it can be clicked");
        self
    }

    /// Follows a link.
    #[track_caller]
    pub(crate) fn follow(&mut self, name: &str) -> &mut Self {
        let link = self.find(Role::Link, name);
        self.leads_on(|browser| browser.wait_on(link.click()).expect("it can be clicked"))
    }

    /// Types into a field, in place of what is there.
    #[track_caller]
    pub(crate) fn fill(&mut self, name: &str, text: &str) -> &mut Self {
        let field = self.find(Role::Field, name);
        self.wait_on(field.clear()).expect("it can be cleared");
        self.wait_on(field.send_keys(text)).expect("it can be typed into");
        self
    }

    /// Types a code, and clicks nothing: the page sends it once the last digit is there.
    #[track_caller]
    pub(crate) fn type_code(&mut self, code: &str) -> &mut Self {
        let field = self.find(Role::Field, "Verification code");
        self.leads_on(|browser| browser.wait_on(field.send_keys(code)).expect("typed"))
    }

    /// Does something and waits until another page is there.
    #[track_caller]
    pub(crate) fn leads_on(&mut self, act: impl FnOnce(&Self)) -> &mut Self {
        self.script("window.isTheOldPage = true", &[]);
        act(self);
        let there = "return !window.isTheOldPage && document.readyState === 'complete'";
        // While pages change, a script may find none.
        self.until("another page", |browser| {
            let arrived = browser.wait_on(browser.client.execute(there, Vec::new()));
            arrived.ok().filter(|arrived| arrived == &Value::Bool(true))
        });
        self
    }

    /// The path and query of the page.
    pub(crate) fn path(&self) -> String {
        let address = self.wait_on(self.client.current_url()).expect("an address");
        let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", address.path())
    }

    /// The page is this one, by its path and its heading.
    #[track_caller]
    pub(crate) fn is_at(&mut self, path: &str, heading: &str) -> &mut Self {
        assert_eq!((self.path().as_str(), self.heading().as_str()), (path, heading), "{self:?}");
        self
    }

    pub(crate) fn heading(&self) -> String {
        self.text_of("h1").unwrap_or_default()
    }

    /// What the page says went wrong.
    pub(crate) fn alert(&self) -> Option<String> {
        self.text_of("[role=alert]")
    }

    /// The text of the whole page.
    pub(crate) fn text(&self) -> String {
        self.text_of("body").unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> &mut Self {
        let page = self.text();
        assert!(page.contains(text), "{text:?} is not on the page:\n{page}");
        self
    }

    #[track_caller]
    pub(crate) fn lacks(&mut self, text: &str) -> &mut Self {
        let page = self.text();
        assert!(!page.contains(text), "{text:?} is on the page:\n{page}");
        self
    }

    /// What is typed into a field.
    #[track_caller]
    pub(crate) fn value(&self, name: &str) -> String {
        let field = self.find(Role::Field, name);
        self.wait_on(field.prop("value")).expect("a value").unwrap_or_default()
    }

    /// The name of what the focus is on.
    pub(crate) fn focused(&self) -> String {
        let focused = self.wait_on(self.client.active_element()).expect("a focus");
        self.computed(&focused, "computedlabel")
    }

    /// The lines of a named list.
    #[track_caller]
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.items(Role::List, name)
    }

    /// The lines of the list in a named group of links.
    #[track_caller]
    pub(crate) fn links(&self, name: &str) -> Vec<String> {
        self.items(Role::Navigation, name)
    }

    /// Whether something is there now.
    pub(crate) fn has(&self, role: Role, name: &str) -> bool {
        self.look_for(role, name).is_some()
    }

    /// The thing of this name, waited for.
    #[track_caller]
    pub(crate) fn find(&self, role: Role, name: &str) -> Element {
        let what = format!("a {role:?} named {name:?}");
        self.until(&what, |browser| browser.look_for(role, name))
    }

    /// Waits until there is an answer.
    #[track_caller]
    pub(crate) fn until<T>(&self, what: &str, answer: impl Fn(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = answer(self) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "no {what} at {self:?}");
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Runs a script in the page.
    #[track_caller]
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let running = self.client.execute(script, arguments.to_vec());
        self.wait_on(running).expect("the script runs")
    }

    /// Speaks the browser's own protocol.
    #[track_caller]
    pub(crate) fn devtools(&self, command: &str, parameters: Value) -> Value {
        let asking = self.client.issue_cmd(Raw::devtools(command, parameters));
        self.wait_on(asking).expect("the browser obeys")
    }

    fn items(&self, role: Role, name: &str) -> Vec<String> {
        let list = self.find(role, name);
        let items = self.wait_on(list.find_all(Locator::Css("li"))).expect("its items");
        let texts = items.iter().map(|item| self.wait_on(item.text()).expect("its text"));
        texts.map(|text| text.replace('\n', " ")).collect()
    }

    /// The page is asked for what may be meant; what it is and how it is called, the accessibility
    /// tree says.
    fn look_for(&self, role: Role, name: &str) -> Option<Element> {
        let (candidates, roles) = role.candidates();
        let named = "const [css, name] = arguments;
            const texts = (e) => [e.textContent, e.getAttribute('aria-label'),
                ...[...(e.labels ?? [])].map((label) => label.textContent),
                document.getElementById(e.getAttribute('aria-labelledby'))?.textContent];
            return [...document.querySelectorAll(css)]
                .filter((e) => texts(e).some((text) => text?.includes(name)))";
        let found = self.client.execute(named, vec![json!(candidates), json!(name)]);
        let found = self.wait_on(found).ok()?;
        let found = found.as_array()?.iter().filter_map(|element| {
            let id = element.as_object()?.values().next()?.as_str()?.to_owned();
            Some(Element::from_element_id(self.client.clone(), ElementRef::from(id)))
        });
        found.into_iter().find(|element| {
            self.computed(element, "computedlabel") == name
                && roles.contains(&self.computed(element, "computedrole").as_str())
                && self.wait_on(element.is_displayed()).unwrap_or(false)
        })
    }

    fn computed(&self, element: &Element, what: &str) -> String {
        let id = element.element_id();
        let answer = self.wait_on(self.client.issue_cmd(Raw::computed(id.as_ref(), what)));
        answer.ok().and_then(|answer| answer.as_str().map(str::to_owned)).unwrap_or_default()
    }

    fn text_of(&self, css: &str) -> Option<String> {
        let text = "return document.querySelector(arguments[0])?.innerText ?? null";
        self.script(text, &[json!(css)]).as_str().map(|text| text.trim().to_owned())
    }
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.path(), self.text())
    }
}
