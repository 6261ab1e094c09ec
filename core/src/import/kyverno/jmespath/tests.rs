use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Expression, JmesError};

fn search(expression: &str, document: &Value) -> Result<Value, JmesError> {
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    Expression::parse(expression)?.search(document, now)
}

#[test]
fn a_missing_field_is_an_error_that_names_it() {
    let document = json!({"a": {"b": null}});
    assert_eq!(search("a.c", &document), Err(JmesError::NotFound("c".to_owned())));
    assert_eq!(search("x.y.z", &document), Err(JmesError::NotFound("x".to_owned())));
    assert_eq!(search("a.b", &document), Ok(Value::Null));
    assert_eq!(search("a.b.c", &document), Ok(Value::Null));
}

#[test]
fn a_missing_field_is_null_where_it_is_part_of_something() {
    let document = json!({"l": [{"a": 1}, {"b": 2}]});
    for (expression, value) in [
        ("x || 'd'", json!("d")),
        ("x == `null`", json!(true)),
        ("!x", json!(true)),
        ("l[].a", json!([1])),
        ("l[?a == `1`].b", json!([])),
        ("[x, l[0].a]", json!([null, 1])),
        ("{k: x}", json!({"k": null})),
        ("x[]", json!(null)),
        ("not_null(x, 'v')", json!("v")),
    ] {
        assert_eq!(search(expression, &document), Ok(value), "{expression}");
    }
}

#[test]
fn functions_of_kyverno_answer_as_documented() {
    let document = json!({"m": {"a": 1, "b": 2}, "t": "a/b:c"});
    for (expression, value) in [
        ("regex_match('^[^:]+$', t)", json!(false)),
        ("regex_replace_all('([a-c])', t, '<$1>')", json!("<a>/<b>:<c>")),
        ("pattern_match('a/*', t)", json!(true)),
        ("label_match(`{\"a\": 1}`, m)", json!(true)),
        ("to_upper('x')", json!("X")),
        ("trim('¡¡ok!!', '¡!')", json!("ok")),
        ("trim_prefix('v1', 'v')", json!("1")),
        ("split('a,b', ',')", json!(["a", "b"])),
        ("replace('aaa', 'a', 'b', `2`)", json!("bba")),
        ("add('12Mi', '4Mi')", json!("16777216")),
        ("add(`1`, `2`)", json!(3)),
        ("add('1h', '30s')", json!("1h0m30s")),
        ("subtract(`1`, `2.5`)", json!(-1.5)),
        ("multiply(`3`, '1h')", json!("3h0m0s")),
        ("divide('10', '4')", json!(2.5)),
        ("modulo(`7`, `4`)", json!(3)),
        ("round(`1.256`, `2`)", json!(1.26)),
        ("base64_decode('YQ==')", json!("a")),
        ("parse_json('{\"a\":[1]}').a[0]", json!(1)),
        ("parse_yaml('a: yes').a", json!(true)),
        ("time_since('', '2026-11-25T10:30:00Z', '')", json!("1h30m0s")),
        ("time_since('2006-01-02', '2026-11-24', '2026-11-25')", json!("24h0m0s")),
        ("time_before('2026-11-24T00:00:00Z', time_now_utc())", json!(true)),
        ("time_add('2026-11-25T00:00:00Z', '1h')", json!("2026-11-25T01:00:00Z")),
        ("semver_compare('1.2.3', '>=1.0.0 <2.0.0')", json!(true)),
        ("items(m, 'k', 'v')", json!([{"k": "a", "v": 1}, {"k": "b", "v": 2}])),
        ("object_from_lists(['a'], ['b'])", json!({"a": "b"})),
        ("path_canonicalize('/a//b/../c/.')", json!("/a/c")),
        ("truncate('abc', `2`)", json!("ab")),
        ("lookup(m, 'a')", json!(1)),
        ("sum([`1`, `2`])", json!(3)),
        ("image_normalize('nginx')", json!("docker.io/nginx:latest")),
        ("sha256('')", json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
        ("'x'.to_upper(@)", json!("X")),
    ] {
        assert_eq!(search(expression, &document), Ok(value), "{expression}");
    }
}

#[test]
fn what_no_function_takes_is_an_error() {
    let document = json!({});
    for expression in [
        "length(`null`)",
        "divide(`1`, `0`)",
        "nope(@)",
        "to_upper()",
        "regex_match('(', 'a')",
        "add('1h', `1`)",
    ] {
        assert!(search(expression, &document).is_err(), "{expression}");
    }
    let unknown = Expression::parse("a[?nope(@)] | length(@)").unwrap();
    assert_eq!(unknown.unknown_functions(), ["nope"]);
}

#[test]
fn roots_are_what_is_read_of_the_document() {
    let expression = Expression::parse("a.b[?c == d].e | f(g) || h.i").unwrap();
    let mut roots = expression.roots();
    roots.sort_unstable();
    assert_eq!(roots, ["a"]);
    assert_eq!(Expression::parse("f(a.b, [c])").unwrap().roots(), ["a", "c"]);
}

#[test]
fn texts_that_are_no_jmespath_are_refused() {
    for text in ["", "a.", "a[", "a[1", "'a", "a b", "a..b", "f(", "[?a", "a |", "`{`", "\"a\"()"] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    assert!(Expression::parse(&deep).is_err());
    assert!(Expression::parse(&"!".repeat(5_000)).is_err());
    assert!(Expression::parse(&format!("a{}", ".a".repeat(5_000))).is_err());
}

#[test]
fn work_is_bounded() {
    let list = Value::Array(vec![json!("xxxxxxxxxxxxxxxx"); 1_000]);
    assert!(search("@[].[@][].[@][]", &list).is_ok());
    let doubled = format!("'x'{}", " | join('', [@, @])".repeat(40));
    assert_eq!(search(&doubled, &list), Err(JmesError::Steps));
    let grown = format!("'a'{}", " | replace_all(@, 'a', 'aaaaaaaaaa')".repeat(12));
    assert_eq!(search(&grown, &list), Err(JmesError::Steps));
}

fn name() -> impl Strategy<Value = String> {
    "[abc]"
}

/// Standard expressions over fields that are always there.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        name(),
        Just("@".to_owned()),
        "'[xy]{0,2}'",
        (0..3_i32).prop_map(|n| format!("`{n}`")),
        Just("`null`".to_owned()),
        Just("`[1, [2, null], {\"a\": 3, \"b\": [], \"c\": \"\"}]`".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), name()).prop_map(|(left, name)| format!("({left}).{name}")),
            (inner.clone(), -2..3_i32).prop_map(|(left, index)| format!("({left})[{index}]")),
            (inner.clone(), -2..3_i32, -2..3_i32)
                .prop_map(|(left, a, b)| format!("({left})[{a}:{b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[] | [{b}]")),
            (inner.clone(), name()).prop_map(|(left, name)| format!("({left})[*].{name}")),
            (inner.clone(), name()).prop_map(|(left, name)| format!("({left})[].{name}")),
            (inner.clone(), name()).prop_map(|(left, name)| format!("({left}).*.{name}")),
            (inner.clone(), inner.clone(), name())
                .prop_map(|(left, c, name)| format!("({left})[?{c}].{name}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) == ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) < ({b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{a: {a}, c: {b}}}")),
            inner.clone().prop_map(|a| format!("type({a})")),
            inner.clone().prop_map(|a| format!("to_array({a})")),
            inner.clone().prop_map(|a| format!("not_null({a}, 'n')")),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i64).prop_map(Value::from),
        "[xy]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            // All names are there, so that the rule about missing ones has no part.
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| json!({"a": a, "b": b, "c": c})),
        ]
    })
}

/// The answer of the crate `jmespath`, which follows the standard.
fn standard(expression: &str, document: &Value) -> Option<Value> {
    let compiled = jmespath::compile(expression).ok()?;
    let data = jmespath::Variable::from_json(&document.to_string()).ok()?;
    let found = compiled.search(data).ok()?;
    serde_json::from_str(&found.to_string()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn standard_expressions_have_their_standard_value(
        expression in expression(),
        document in document(),
    ) {
        let own = search(&expression, &document);
        // Literals and multiselects can make objects that lack a name.
        prop_assume!(!matches!(own, Err(JmesError::NotFound(_))));
        if let Some(standard) = standard(&expression, &document) {
            let own = own.unwrap();
            prop_assert!(
                super::interpret::equal(&own, &standard),
                "{}: {} and {}", expression, own, standard
            );
        }
    }
}
