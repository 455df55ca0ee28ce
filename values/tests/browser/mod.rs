//! What a browser sends for a form.

use values::{Form, Kind, Node};

/// All inputs as they are shown, with the line ends that browsers send.
pub fn untouched(form: &Form) -> Vec<(String, String)> {
    let mut posted = Vec::new();
    collect(&form.nodes, &mut posted);
    posted
}

fn collect(nodes: &[Node], posted: &mut Vec<(String, String)>) {
    for node in nodes {
        match node {
            Node::Group(group) => collect(&group.nodes, posted),
            Node::Field(field) => match &field.kind {
                Kind::List(rows) | Kind::Map(rows) => {
                    posted.push((rows.name.clone(), String::new()));
                    for row in rows.rows.iter().chain([&*rows.blank]) {
                        posted.extend(row.key.iter().map(|key| (key.name.clone(), key.shown.clone())));
                        collect(&row.nodes, posted);
                    }
                }
                Kind::Text { is_long: false } => {
                    posted.push((field.name.clone(), field.current().replace(['\r', '\n'], "")));
                }
                Kind::Text { is_long: true }
                | Kind::Number
                | Kind::Integer
                | Kind::Switch
                | Kind::Choice(_)
                | Kind::Quantity { .. }
                | Kind::Secret
                | Kind::Scalar { .. }
                | Kind::Yaml { .. } => {
                    posted.push((
                        field.name.clone(),
                        field.current().replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n"),
                    ));
                }
            },
        }
    }
}
