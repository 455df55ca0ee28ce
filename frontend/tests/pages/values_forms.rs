//! The form over a chart's values is drawn whatever the chart says.

use crate::generated::{KEYWORDS, Random, fitting, schema, value};
use crate::samples::entry_forms::over;
use crate::samples::frame;
use crate::samples::viewers::platform;
use frontend::Theme;
use frontend::pages::curation::form;
use std::collections::HashSet;
use values::Chart;

/// The page with the form of a chart.
fn page(chart: &Chart) -> String {
    form::page(frame(Some(platform()), Theme::Light, "/admin/catalog/postgresql/form"), over("", chart))
}

fn values_of<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_made_up_chart_has_a_page_whose_labels_lead_to_inputs() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let schema = schema(&mut random);
        let values = if seed % 3 == 0 { value(&mut random, 3) } else { fitting(&mut random, &schema, 6) };
        let chart = Chart::read(&values.to_string(), Some(&schema.to_string()));
        let html = page(&chart);
        assert!(html.contains("data-form=\"values\""), "seed {seed}");
        let ids = values_of(&html, "id");
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "seed {seed}: ids are there twice");
        let strays: Vec<_> = values_of(&html, "for").into_iter().filter(|id| !unique.contains(id)).collect();
        assert!(strays.is_empty(), "seed {seed}: {strays:?}");
    }
    assert!(!KEYWORDS.is_empty());
}

#[test]
fn a_chart_of_which_nothing_can_be_read_has_a_page_that_says_so() {
    for (values, schema) in [("a: [", "{"), ("a: 1\na: [", "[]"), ("- 1", "null"), ("a: &x [*x]", "{\"$ref\": \"#\"}")]
    {
        let html = page(&Chart::read(values, Some(schema)));
        assert!(html.contains("cannot be read"), "{values}, {schema}");
    }
}

#[test]
fn no_secret_is_in_the_page() {
    let chart = Chart::read("auth: {password: hunter2}\nplain: shown\n", None);
    let html = page(&chart);
    assert!(html.contains("shown") && !html.contains("hunter2"));
}
