//! A JSON body as a tree that can be folded, searched and walked: in the order of the wire, every number and every repeated key
//! as it stands there.
//!
//! It is read once; afterwards only the rows that are seen are built, so that a body of megabytes costs as much as a small one.

use crate::event::Text;
use crate::event::json::{Document, Kind, SyntaxError};
use compact_str::format_compact;

/// Nodes kept: the rest of a larger body is left to the raw view.
const MOST: usize = 200_000;

/// Nodes from which everything that is not the event's own begins shut.
const LARGE: usize = 60;

/// A JSON document, folded.
#[derive(Debug)]
pub(super) struct Tree {
    text: String,
    nodes: Vec<Node>,
    /// Which containers are shut, by node.
    shut: Vec<bool>,
    /// The nodes that are seen, in order.
    seen: Vec<u32>,
    /// The row under the cursor.
    cursor: usize,
    /// Whether nodes were left out.
    cut: bool,
}

#[derive(Debug)]
struct Node {
    /// Its name, in an object.
    name: Option<Text>,
    /// Its place among its siblings.
    place: u32,
    parent: u32,
    depth: u32,
    /// The node after its last descendant.
    next: u32,
    children: u32,
    kind: Kind,
    /// Where its source stands; of a string between the quotes.
    start: u32,
    end: u32,
}

/// A row of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row<'t> {
    /// Levels below the top.
    pub depth: usize,
    /// Whether it can be folded, and is shut.
    pub fold: Option<bool>,
    /// The name in its object.
    pub name: Option<&'t str>,
    /// Its place in its array.
    pub place: usize,
    /// Whether it stands in an array.
    pub in_array: bool,
    /// What it is.
    pub kind: Kind,
    /// Children of a container.
    pub children: usize,
    /// The names of the first children of an object that is shut.
    pub inside: Vec<&'t str>,
}

impl Tree {
    /// Reads a body, with the cursor on the element at `path`, such as `$.statuses[0]`.
    ///
    /// # Errors
    /// It is not JSON.
    pub(super) fn read(body: &[u8], path: &str) -> Result<Self, SyntaxError> {
        let text = String::from_utf8_lossy(body).into_owned();
        let (nodes, cut) = nodes(&Document::parse(&text)?);
        let mut tree = Self { shut: vec![false; nodes.len()], text, nodes, seen: Vec::new(), cursor: 0, cut };
        let element = tree.find(path);
        if tree.nodes.len() > LARGE {
            tree.shut_others(element);
        }
        tree.lay_out();
        tree.go_to(element);
        Ok(tree)
    }

    /// How many rows are seen.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether the end of the body was left out.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The row under the cursor.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Moves the cursor to a row, as far as there are any.
    pub(super) fn move_to(&mut self, row: usize) {
        self.cursor = row.min(self.seen.len().saturating_sub(1));
    }

    /// What stands in a row.
    pub(super) fn row(&self, row: usize) -> Option<Row<'_>> {
        let at = *self.seen.get(row)?;
        let node = self.node(at)?;
        let shut = self.is_shut(at);
        let names = self.children(at).take(4).filter_map(|child| self.node(child)?.name.as_deref());
        Some(Row {
            depth: node.depth as usize,
            fold: (node.children > 0).then_some(shut),
            name: node.name.as_deref(),
            place: node.place as usize,
            in_array: at > 0 && node.name.is_none(),
            kind: node.kind,
            children: node.children as usize,
            inside: if shut && node.kind == Kind::Object { names.collect() } else { Vec::new() },
        })
    }

    /// The value of a scalar in a row, decoded. Empty for a container.
    pub(super) fn value(&self, row: usize) -> String {
        self.seen.get(row).map_or_else(String::new, |at| self.decoded(*at))
    }

    /// The value in the row under the cursor: of a scalar its text, of a container its source.
    pub(super) fn chosen(&self) -> String {
        let Some(node) = self.seen.get(self.cursor).and_then(|at| self.node(*at)) else { return String::new() };
        match node.kind {
            Kind::Array | Kind::Object => self.source(node).to_owned(),
            _ => self.value(self.cursor),
        }
    }

    /// The path of the row under the cursor, such as `statuses[0].errors[0].code`.
    pub(super) fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut at = self.seen.get(self.cursor).copied().unwrap_or(0);
        while let Some(node) = self.node(at).filter(|_| at > 0) {
            steps.push(match &node.name {
                Some(name) => format_compact!(".{name}"),
                None => format_compact!("[{}]", node.place),
            });
            at = node.parent;
        }
        let path: String = steps.into_iter().rev().collect();
        match path.strip_prefix('.') {
            Some(path) => path.to_owned(),
            None if path.is_empty() => "$".to_owned(),
            None => path,
        }
    }

    /// The names on the way to a row, the innermost first: what a note about it goes by.
    pub(super) fn names(&self, row: usize) -> impl Iterator<Item = &str> {
        let mut at = self.seen.get(row).copied();
        std::iter::from_fn(move || {
            let node = self.node(at?)?;
            at = (at? > 0).then_some(node.parent);
            Some(node.name.as_deref())
        })
        .flatten()
    }

    /// A sibling of a row by its name, decoded.
    pub(super) fn sibling(&self, row: usize, name: &str) -> Option<String> {
        let parent = self.node(*self.seen.get(row)?)?.parent;
        let found = self
            .children(parent)
            .find(|child| self.node(*child).is_some_and(|node| node.name.as_deref() == Some(name)));
        found.map(|found| self.decoded(found))
    }

    /// Opens or shuts the row under the cursor; of a scalar what is around it.
    pub(super) fn toggle(&mut self) {
        let Some(at) = self.seen.get(self.cursor).copied() else { return };
        let folds = self.node(at).is_some_and(|node| node.children > 0);
        let at = if folds { at } else { self.node(at).map_or(0, |node| node.parent) };
        let shut = self.is_shut(at);
        self.fold(at, !shut);
        self.lay_out();
        self.go_to(at);
    }

    /// Opens or shuts all containers of the level of the cursor.
    pub(super) fn fold_level(&mut self, shut: bool) {
        let Some(at) = self.seen.get(self.cursor).copied() else { return };
        let folds = self.node(at).is_some_and(|node| node.children > 0);
        let at = if folds { at } else { self.node(at).map_or(0, |node| node.parent) };
        let level = self.node(at).map_or(0, |node| node.depth);
        for other in 0..self.nodes.len() as u32 {
            if self.node(other).is_some_and(|node| node.depth == level && node.children > 0) {
                self.fold(other, shut);
            }
        }
        self.lay_out();
        self.go_to(at);
    }

    /// Opens or shuts everything but the top.
    pub(super) fn fold_all(&mut self, shut: bool) {
        let at = self.seen.get(self.cursor).copied().unwrap_or(0);
        for (node, folded) in self.nodes.iter().zip(&mut self.shut).skip(1) {
            *folded = shut && node.children > 0;
        }
        if let Some(top) = self.shut.first_mut() {
            *top = false;
        }
        self.lay_out();
        self.go_to(at);
    }

    /// Moves the cursor to the next node, or the one before, whose name or value contains `text` in any case, around the end.
    /// From the cursor itself on when `here`. Opens what it stands in. Says whether there is one.
    pub(super) fn search(&mut self, text: &str, back: bool, here: bool) -> bool {
        let wanted = text.to_lowercase();
        let count = self.nodes.len();
        if wanted.is_empty() || count == 0 {
            return false;
        }
        let from = self.seen.get(self.cursor).map_or(0, |at| *at as usize);
        let skipped = usize::from(!here);
        let found = (skipped..count + skipped).find_map(|step| {
            let at = if back { (from + count - step % count) % count } else { (from + step) % count };
            self.contains(at as u32, &wanted).then_some(at as u32)
        });
        let Some(found) = found else { return false };
        let mut around = self.node(found).map_or(0, |node| node.parent);
        loop {
            self.fold(around, false);
            if around == 0 {
                break;
            }
            around = self.node(around).map_or(0, |node| node.parent);
        }
        self.lay_out();
        self.go_to(found);
        true
    }

    fn contains(&self, at: u32, wanted: &str) -> bool {
        let Some(node) = self.node(at) else { return false };
        let named = node.name.as_ref().is_some_and(|name| name.to_lowercase().contains(wanted));
        named || self.decoded(at).to_lowercase().contains(wanted)
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    fn is_shut(&self, at: u32) -> bool {
        self.shut.get(at as usize).copied().unwrap_or_default()
    }

    fn fold(&mut self, at: u32, shut: bool) {
        if let Some(folded) = self.shut.get_mut(at as usize) {
            *folded = shut;
        }
    }

    fn source(&self, node: &Node) -> &str {
        self.text.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    fn decoded(&self, at: u32) -> String {
        let Some(node) = self.node(at) else { return String::new() };
        let source = self.source(node);
        match node.kind {
            Kind::Array | Kind::Object => String::new(),
            Kind::String if source.contains('\\') => {
                let quoted = format!("\"{source}\"");
                let value = Document::parse(&quoted).ok();
                value.and_then(|value| value.root().text().map(|text| text.into_owned())).unwrap_or_default()
            }
            _ => source.to_owned(),
        }
    }

    fn children(&self, at: u32) -> impl Iterator<Item = u32> {
        let end = self.node(at).map_or(0, |node| node.next);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let child = Some(next).filter(|next| *next < end)?;
            next = self.node(child)?.next;
            Some(child)
        })
    }

    /// The node at a path such as `$.entry[0].changes[1]`; as far as it leads.
    fn find(&self, path: &str) -> u32 {
        let steps = path.trim_start_matches('$').split(['.', '[']).map(|step| step.trim_end_matches(']'));
        let mut at = 0;
        for step in steps.filter(|step| !step.is_empty()) {
            let is = |child: &u32| {
                self.node(*child).is_some_and(|node| match &node.name {
                    Some(name) => name == step,
                    None => step.parse() == Ok(node.place),
                })
            };
            let Some(child) = self.children(at).find(is) else { return at };
            at = child;
        }
        at
    }

    /// Shuts every container that neither holds the element nor stands in it.
    fn shut_others(&mut self, element: u32) {
        let inside = element..self.node(element).map_or(element, |node| node.next);
        for (at, (node, shut)) in self.nodes.iter().zip(&mut self.shut).enumerate() {
            let at = at as u32;
            let around = at <= element && element < node.next;
            *shut = node.children > 0 && !around && !inside.contains(&at);
        }
    }

    fn lay_out(&mut self) {
        self.seen.clear();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at as usize) {
            self.seen.push(at);
            at = if self.shut.get(at as usize) == Some(&true) { node.next } else { at + 1 };
        }
    }

    /// Puts the cursor on a node, or on what it is hidden in.
    fn go_to(&mut self, at: u32) {
        self.cursor = self.seen.partition_point(|seen| *seen <= at).saturating_sub(1);
    }
}

/// The nodes of a document in order, and whether some were left out.
fn nodes(document: &Document<'_>) -> (Vec<Node>, bool) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut around: Vec<u32> = Vec::new();
    let mut cut = false;
    for step in document.root().walk() {
        if nodes.len() == MOST {
            cut = true;
            break;
        }
        let at = nodes.len() as u32;
        while around.len() > step.depth {
            close(&mut nodes, around.pop(), at);
        }
        let parent = around.last().copied();
        let place = parent.and_then(|parent| nodes.get_mut(parent as usize)).map_or(0, |parent| {
            parent.children += 1;
            parent.children - 1
        });
        let (kind, span) = (step.value.kind(), step.value.span());
        nodes.push(Node {
            name: step.name.map(Text::from),
            place,
            parent: parent.unwrap_or(0),
            depth: step.depth as u32,
            next: at + 1,
            children: 0,
            kind,
            start: span.start as u32,
            end: span.end as u32,
        });
        if matches!(kind, Kind::Array | Kind::Object) {
            around.push(at);
        }
    }
    let end = nodes.len() as u32;
    while let Some(open) = around.pop() {
        close(&mut nodes, Some(open), end);
    }
    (nodes, cut)
}

fn close(nodes: &mut [Node], at: Option<u32>, next: u32) {
    if let Some(node) = at.and_then(|at| nodes.get_mut(at as usize)) {
        node.next = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        r#"{"statuses":[{"id":"a","errors":[{"code":131026,"t":"x\ny"}]},{"id":"b"}],"id":1.50,"id":null}"#;

    fn shown(tree: &Tree) -> Vec<String> {
        (0..tree.len())
            .map(|row| {
                let value = tree.value(row);
                let row = tree.row(row).unwrap();
                let name = row.name.map_or_else(|| format!("[{}]", row.place), str::to_owned);
                format!("{}{name} {value}", " ".repeat(row.depth))
            })
            .collect()
    }

    #[test]
    fn rows_are_in_wire_order_with_numbers_as_they_stand() {
        let tree = Tree::read(BODY.as_bytes(), "$").unwrap();
        let rows =
            ["[0] ", " statuses ", "  [0] ", "   id a", "   errors ", "    [0] ", "     code 131026", "     t x\ny"];
        assert_eq!(shown(&tree)[..8], rows);
        assert_eq!(shown(&tree)[8..], ["  [1] ", "   id b", " id 1.50", " id null"]);
    }

    #[test]
    fn the_cursor_begins_on_the_element_of_the_event() {
        let tree = Tree::read(BODY.as_bytes(), "$.statuses[1]").unwrap();
        assert_eq!(tree.path(), "statuses[1]");
        assert_eq!(tree.chosen(), r#"{"id":"b"}"#);
        assert_eq!(Tree::read(BODY.as_bytes(), "$.gone[7]").unwrap().path(), "$");
    }

    #[test]
    fn folding_hides_what_is_inside_and_keeps_the_cursor() {
        let mut tree = Tree::read(BODY.as_bytes(), "$.statuses[0].errors[0].code").unwrap();
        assert_eq!(tree.path(), "statuses[0].errors[0].code");
        tree.toggle();
        assert_eq!(
            (tree.path().as_str(), tree.len()),
            ("statuses[0].errors[0]", 10),
            "a scalar folds what it stands in"
        );
        tree.fold_all(true);
        assert_eq!((shown(&tree).len(), tree.path().as_str()), (4, "statuses"));
        tree.fold_all(false);
        assert_eq!(tree.len(), 12);
        tree.move_to(2);
        tree.fold_level(true);
        assert_eq!(shown(&tree)[2..4], ["  [0] ", "  [1] "]);
    }

    #[test]
    fn a_search_opens_what_it_finds_and_goes_around() {
        let mut tree = Tree::read(BODY.as_bytes(), "$").unwrap();
        tree.fold_all(true);
        assert!(tree.search("13102", false, true));
        assert_eq!(tree.path(), "statuses[0].errors[0].code");
        assert!(tree.search("ID", false, false));
        assert_eq!(tree.path(), "statuses[1].id");
        assert!(tree.search("id", true, false));
        assert_eq!(tree.path(), "statuses[0].id");
        assert!(tree.search("id", true, false));
        assert_eq!(tree.path(), "id", "around the beginning");
        assert!(!tree.search("nothing", false, false));
        assert_eq!(tree.path(), "id");
    }

    #[test]
    fn a_large_body_begins_with_the_event_open_and_the_others_shut() {
        let many: Vec<String> =
            (0..1_000).map(|at| format!(r#"{{"id":"wamid.{at}","pad":"{}"}}"#, "x".repeat(3_000))).collect();
        let body = format!(r#"{{"statuses":[{}]}}"#, many.join(","));
        let mut tree = Tree::read(body.as_bytes(), "$.statuses[700]").unwrap();
        assert_eq!((tree.len(), tree.path().as_str()), (1_004, "statuses[700]"));
        assert!(tree.search("wamid.999", false, false));
        assert_eq!(tree.path(), "statuses[999].id");
    }

    #[test]
    fn depth_is_no_limit_and_what_is_not_json_says_where() {
        let body = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        let tree = Tree::read(body.as_bytes(), "$").unwrap();
        assert_eq!((tree.len(), tree.row(5_000).unwrap().depth), (5_001, 5_000));
        let error = Tree::read(b"{\"a\":1,}", "$").unwrap_err();
        assert_eq!(error.line, 1);
    }
}
