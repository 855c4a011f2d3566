//! Turns each mutant of a file into a branch of its code.
//!
//! `L == R` becomes `(if on(7) { L != R } else { L == R })`, a body begins with
//! `if on(8) { return …; }`, an arm to be deleted gets the guard `!on(9)`. Branches nest: what is
//! inside the last `else` may hold further ones, what a mutant put there holds none.

use std::collections::BTreeSet;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, Pat};

use crate::Fallible;
use crate::list::Mutant;

/// A file with branches in it.
#[derive(Debug)]
pub(crate) struct Woven {
    pub(crate) text: String,
    /// Where each mutant's own code stands in `text`.
    pub(crate) places: Vec<(u32, Range<usize>)>,
}

/// What is put around a part of the source; nothing is, where both are empty.
struct Edit {
    range: Range<usize>,
    before: Vec<(u32, String)>,
    after: &'static str,
    cut: bool,
}

/// Weaves what can be woven. A function named in `constant` has to stay a `const fn`, which cannot
/// ask for the switch.
pub(crate) fn weave(
    source: &str,
    mutants: &[&Mutant],
    constant: &BTreeSet<String>,
) -> Fallible<Woven> {
    let file = syn::parse_file(source)?;
    let mut weaver = Weaver { source, mutants, constant, edits: Vec::new() };
    weaver.visit_file(&file);
    let mut edits = weaver.edits;
    // Outer before inner, and what takes no room before what begins at the same place.
    edits
        .sort_by_key(|Edit { range, .. }| (range.start, !range.is_empty(), usize::MAX - range.end));
    let mut woven = Woven { text: String::new(), places: Vec::new() };
    render(source, 0..source.len(), &mut edits.iter().peekable(), &mut woven);
    Ok(woven)
}

fn render<'a>(
    source: &str,
    range: Range<usize>,
    edits: &mut std::iter::Peekable<impl Iterator<Item = &'a Edit>>,
    woven: &mut Woven,
) {
    let mut at = range.start;
    while let Some(edit) = edits.next_if(|edit| edit.range.end <= range.end) {
        woven.text.push_str(&source[at..edit.range.start]);
        at = edit.range.end;
        for (number, text) in &edit.before {
            let start = woven.text.len();
            woven.text.push_str(text);
            woven.places.push((*number, start..woven.text.len()));
        }
        if !edit.cut {
            render(source, edit.range.clone(), edits, woven);
        }
        woven.text.push_str(edit.after);
    }
    woven.text.push_str(&source[at..range.end]);
}

struct Weaver<'a> {
    source: &'a str,
    mutants: &'a [&'a Mutant],
    constant: &'a BTreeSet<String>,
    edits: Vec<Edit>,
}

fn on(number: u32) -> String {
    format!("crate::mutant_switch::on({number})")
}

impl<'a> Weaver<'a> {
    fn of(&self, genre: &str, fits: impl Fn(&Range<usize>) -> bool) -> Vec<&'a Mutant> {
        let fits = |mutant: &&&Mutant| mutant.genre == genre && fits(&mutant.range(self.source));
        self.mutants.iter().filter(fits).copied().collect()
    }

    /// Puts each mutant's text in front of the expression, as a branch beside it.
    fn wrap(&mut self, range: Range<usize>, mutants: &[&Mutant]) {
        let before = mutants.iter().zip(0..).map(|(mutant, index)| {
            let own = mutant.range(self.source);
            let left = &self.source[range.start..own.start];
            let right = &self.source[own.end..range.end];
            let open = if index == 0 { "(" } else { "" };
            let (on, new) = (on(mutant.number), &mutant.replacement);
            let last = if index + 1 == mutants.len() { "{ " } else { "" };
            (mutant.number, format!("{open}if {on} {{ {left}{new}{right} }} else {last}"))
        });
        if !mutants.is_empty() {
            let before = before.collect();
            self.edits.push(Edit { range, before, after: " })", cut: false });
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) -> bool {
        let constant = signature.constness.is_some();
        if constant && self.constant.contains(&signature.ident.to_string()) {
            return false;
        }
        let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else {
            return true;
        };
        let body = first.span().byte_range().start..last.span().byte_range().end;
        let inside = |range: &Range<usize>| body.start <= range.start && range.end <= body.end;
        if let Some(token) = &signature.constness
            && self.mutants.iter().any(|mutant| inside(&mutant.range(self.source)))
        {
            let range = token.span().byte_range();
            self.edits.push(Edit { range, before: Vec::new(), after: "", cut: true });
        }
        let opaque = matches!(&signature.output, syn::ReturnType::Type(_, kind)
            if matches!(**kind, syn::Type::ImplTrait(_)));
        let before: Vec<_> = self
            .of("FnValue", |range| *range == body)
            .into_iter()
            // A constant function must not get what it cannot have as a mutant; an opaque type is one
            // type, also of a branch never taken.
            .filter(|mutant| !(opaque || constant && mutant.replacement.contains('(')))
            .map(|Mutant { number, replacement, .. }| {
                (*number, format!("if {} {{ return {replacement}; }} ", on(*number)))
            })
            .collect();
        if !before.is_empty() {
            let range = body.start..body.start;
            self.edits.push(Edit { range, before, after: "", cut: false });
        }
        true
    }
}

impl<'ast> Visit<'ast> for Weaver<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if self.function(&item.sig, &item.block) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if self.function(&item.sig, &item.block) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    // A constant is evaluated by the compiler, which cannot ask for the switch.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        // `if let … && …` is no expression that could stand in a branch.
        if !(matches!(binary.op, BinOp::And(_))
            && (chained(&binary.left) || chained(&binary.right)))
        {
            let op = binary.op.span().byte_range().start;
            let mutants = self.of("BinaryOperator", |range| range.start == op);
            self.wrap(binary.span().byte_range(), &mutants);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let op = unary.op.span().byte_range().start;
        let mutants = self.of("UnaryOperator", |range| range.start == op);
        self.wrap(unary.span().byte_range(), &mutants);
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        let starts: Vec<_> =
            literal.fields.iter().map(|field| field.span().byte_range().start).collect();
        let mutants = self.of("StructField", |range| starts.contains(&range.start));
        self.wrap(literal.span().byte_range(), &mutants);
        visit::visit_expr_struct(self, literal);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let start = arm.span().byte_range().start;
        let mut before: Vec<_> = self
            .of("MatchArm", |range| range.start == start)
            .iter()
            .map(|mutant| (mutant.number, format!("!{} && ", on(mutant.number))))
            .collect();
        if let Pat::Guard(pat) = &arm.pat {
            let range = pat.guard.span().byte_range();
            for Mutant { number, replacement, .. } in self.of("MatchArmGuard", |own| *own == range)
            {
                let text = match replacement.as_str() {
                    "true" => format!("{} || ", on(*number)),
                    _ => format!("!{} && ", on(*number)),
                };
                before.push((*number, format!("({text}")));
            }
            let opened = before.iter().filter(|(_, text)| text.starts_with('(')).count();
            if let Some(last) = before.last_mut() {
                last.1.push('(');
                let after = [")", "))", ")))"].get(opened).copied().unwrap_or_default();
                self.edits.push(Edit { range, before, after, cut: false });
            }
        } else if let Some(first) = before.first_mut() {
            first.1 = format!(" if {}true", first.1);
            let end = arm.pat.span().byte_range().end;
            self.edits.push(Edit { range: end..end, before, after: "", cut: false });
        }
        visit::visit_arm(self, arm);
    }
}

/// Whether it is a condition that binds.
fn chained(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => chained(&binary.left) || chained(&binary.right),
        _ => false,
    }
}

/// The name of the function that is called where only constants may be, by rustc's message.
pub(crate) fn called_in_constant(message: &str) -> Option<String> {
    let path = message.strip_prefix("cannot call non-const ")?.split('`').nth(1)?;
    path.rsplit("::").next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "const fn old(a: u8, b: u8) -> bool {
    match a {
        1 if b == 2 => true,
        3 => !(a < b),
        _ => false,
    }
}
";

    /// What cargo-mutants lists of it, as far as it is needed.
    fn mutants() -> Vec<Mutant> {
        let place = |line: usize, column: usize| format!(r#"{{"line":{line},"column":{column}}}"#);
        let rows = [
            ("FnValue", [2, 5, 6, 6], "true"),
            ("MatchArmGuard", [3, 14, 3, 20], "false"),
            ("BinaryOperator", [3, 16, 3, 18], "!="),
            ("MatchArm", [4, 9, 4, 23], ""),
            ("UnaryOperator", [4, 14, 4, 15], ""),
            ("BinaryOperator", [4, 18, 4, 19], ">"),
        ];
        let json = rows.map(|(genre, [line, column, last, end], replacement)| {
            let (start, end) = (place(line, column), place(last, end));
            format!(
                r#"{{"name":"","file":"","genre":"{genre}","replacement":"{replacement}",
                    "span":{{"start":{start},"end":{end}}}}}"#
            )
        });
        crate::list::parse(format!("[{}]", json.join(",")).as_bytes()).unwrap()
    }

    fn woven(constant: &[&str]) -> Woven {
        let mutants = mutants();
        let constant = constant.iter().map(|name| (*name).to_owned()).collect();
        weave(SOURCE, &mutants.iter().collect::<Vec<_>>(), &constant).unwrap()
    }

    #[test]
    fn each_mutant_is_a_branch_and_branches_nest() {
        let text = woven(&[]).text.replace("crate::mutant_switch::", "");
        let expected = " fn old(a: u8, b: u8) -> bool {
    if on(1) { return true; } match a {
        1 if (!on(2) && ((if on(3) { b != 2 } else { b == 2 }))) => true,
        3 if !on(4) && true => (if on(5) { (a < b) } else { !((if on(6) { a > b } else { a < b })) }),
        _ => false,
    }
}
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_mutants_own_code_is_where_it_is_said_to_be() {
        let Woven { text, places } = woven(&[]);
        assert_eq!(places.len(), 6);
        for (number, place) in places {
            assert!(text[place].contains(&on(number)), "{number}");
        }
    }

    #[test]
    fn a_function_that_has_to_stay_constant_is_left_alone() {
        assert_eq!(woven(&["old"]).text, SOURCE);
    }

    #[test]
    fn the_function_that_a_constant_calls_is_named() {
        let message = "cannot call non-const associated function `Version::first` in constants";
        assert_eq!(called_in_constant(message).as_deref(), Some("first"));
        assert_eq!(called_in_constant("mismatched types"), None);
    }
}
