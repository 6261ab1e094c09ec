use std::time::{Duration, Instant};

use serde_json::json;

use super::{Bindings, CelError, Context, NoHost, Program, Value};

fn worth(source: &str) -> Result<Value, CelError> {
    let object = json!({
        "metadata": {"name": "p", "labels": {"app.kubernetes.io/name": "x"}},
        "spec": {"containers": [{"image": "a:1", "n": 1}, {"image": "b:2", "n": 2}], "ratio": 0.5},
    });
    let bindings = Bindings::from([("object".to_owned(), Ok(Value::from(&object)))]);
    let now = "2026-11-25T10:20:30Z".parse().unwrap();
    Program::parse(source, &["object"], &[])?.evaluate(&Context::new(&bindings, &NoHost, now))
}

fn holds(source: &str) {
    let value = worth(source);
    assert!(matches!(value, Ok(Value::Bool(true))), "{source}: {value:?}");
}

#[test]
fn expressions_of_the_language_hold() {
    for source in [
        "1 + 2 * 3 == 7 && -7 / 2 == -3 && -7 % 2 == -1 && 7 - 2 - 1 == 4",
        "1 == 1u && 1u == 1.0 && 1 < 1.5 && 'a' != 1 && !(null == 0)",
        "true || 1 / 0 == 1",
        "!(1 / 0 == 1 && false)",
        "(true ? 'a' : 'b') == 'a' && (false ? 1 : true ? 2 : 3) == 2",
        "[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2, 2].exists_one(x, x == 1)",
        "[1, 2, 3].map(x, x * 2) == [2, 4, 6] && [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]",
        "[1, 2, 3].filter(x, x % 2 == 1) == [1, 3] && {'a': 1}.all(k, k == 'a')",
        "[3, 4].all(i, v, v == i + 3) && {'a': 1}.exists(k, v, k == 'a' && v == 1)",
        "[1 / 0 == 1, true].exists(x, x) || true",
        "[0, 2].exists(x, 4 / x == 2) && ![0, 1].all(x, 4 / x == 2)",
        "has(object.spec) && !has(object.spec.initContainers)",
        "object.?spec.?missing.orValue('d') == 'd' && object.spec.?ratio.hasValue()",
        "object.metadata.?labels['app.kubernetes.io/name'].orValue('') == 'x'",
        "object.metadata.labels[?'none'].orValue('e') == 'e'",
        "optional.of(1).optMap(x, x + 1).value() == 2 && !optional.none().optMap(x, x).hasValue()",
        "optional.none().or(optional.of(3)).value() == 3",
        "[1, ?optional.none(), ?optional.of(2)] == [1, 2] && {?'a': optional.none()} == {}",
        "cel.bind(x, 2, x * x) == 4",
        "'b' in ['a', 'b'] && 'a' in {'a': 1} && !(3 in [1, 2])",
        "size('äß') == 2 && 'äß'.size() == 2 && size([1]) == 1 && size({}) == 0",
        "type(1) == int && type('') == string && type([]) == list",
        r#"r'\d' == '\\d' && '\u00e4' == 'ä' && b'\xff' == b'\377' && """a"b""" == 'a"b'"#,
        "string(1.5) == '1.5' && int('7') == 7 && double('1') == 1.0 && string(true) == 'true'",
        "0x1F == 31 && 1e3 == 1000.0 && -9223372036854775808 < 0",
        "object.spec.containers.map(c, c.n).sum() == 3 // and a comment",
    ] {
        holds(source);
    }
}

#[test]
fn functions_of_kubernetes_libraries_hold() {
    for source in [
        "'a,b,,c'.split(',') == ['a', 'b', '', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
        "'abc'.split('') == ['a', 'b', 'c'] && ['a', 'b'].join('-') == 'a-b'",
        "' x '.trim() == 'x' && 'aXa'.replace('a', 'b') == 'bXb' && 'aa'.replace('a', 'b', 1) == 'ba'",
        "'TacoCat'.lowerAscii() == 'tacocat' && 'a'.upperAscii() == 'A' && 'abc'.reverse() == 'cba'",
        "'tacocat'.substring(4) == 'cat' && 'tacocat'.substring(0, 4) == 'taco'",
        "'hello mellow'.indexOf('ello', 2) == 7 && 'hello mellow'.lastIndexOf('ello') == 7",
        "'hello'.indexOf('jello') == -1 && 'hello'.charAt(5) == ''",
        "'%s has %d of %.2f'.format(['a', 3, 1.5]) == 'a has 3 of 1.50'",
        "'%s'.format([[1, 'a']]) == '[1, a]' && '100%%'.format([]) == '100%'",
        "'abc 123'.find('[0-9]+') == '123' && '1, 2'.findAll('[0-9]') == ['1', '2']",
        "'v1.2'.matches('^v[0-9.]+$') && !'x'.matches('^v')",
        "[1, 3, 2].max() == 3 && [1, 3, 2].min() == 1 && ![1, 3, 2].isSorted()",
        "[1, 2, 2].distinct() == [1, 2] && [[1], [2]].flatten() == [1, 2] && ['a', 'b'].indexOf('b') == 1",
        "[3, 1].sort() == [1, 3] && ['aa', 'b'].sortBy(x, size(x)) == ['b', 'aa']",
        "[1, 2, 3].slice(1, 3) == [2, 3] && lists.range(3) == [0, 1, 2]",
        "quantity('1Gi') == quantity('1024Mi') && quantity('50k').compareTo(quantity('1M')) == -1",
        "isQuantity('1.3G') && !isQuantity('1.3GG') && quantity('1').add(quantity('2')).asInteger() == 3",
        "quantity('2').isGreaterThan(quantity('1500m'))",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.2.3').minor() == 2",
        "!isSemver('v1.0.0') && isSemver('1.0.0-rc.1')",
        "ip('127.0.0.1').isLoopback() && ip('::1').family() == 6 && !isIP('::ffff:1.2.3.4')",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.0'))",
        "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR('10.0.0.0/8')",
        "cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24') && cidr('::/0').prefixLength() == 0",
        "url('https://u@example.com:80/p?k=v').getHostname() == 'example.com' && !isURL('a b')",
        "sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])",
        "math.greatest(1, 2.5) == 2.5 && math.least([3, 1]) == 1 && math.abs(-2) == 2",
        "duration('90m') == duration('1h30m') && string(duration('1m1.5s')) == '61.5s'",
        "timestamp('2026-01-01T00:00:00Z') + duration('24h') == timestamp('2026-01-02T00:00:00Z')",
        "time.now() - timestamp('2026-11-25T10:00:00Z') < duration('21m')",
        "now().getHours() == 10 && now().getHours('+02:30') == 12 && now().getDayOfWeek() == 3",
        "base64.decode(base64.encode(b'x')) == b'x' && json.unmarshal('{\"a\": [1]}').a[0] == 1",
        "yaml.parse('a: {b: 1}').a.b == 1",
        "hash.sha256('') == 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
        "parseServiceAccount('system:serviceaccount:ns:sa').Namespace == 'ns'",
    ] {
        holds(source);
    }
}

#[test]
fn images_are_taken_apart_as_go_containerregistry_does() {
    let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for source in [
        "image('nginx').registry() == 'index.docker.io' && image('nginx').tag() == 'latest'",
        "image('nginx').repository() == 'library/nginx' && image('nginx:1').identifier() == '1'",
        "parseImageReference('ghcr.io/a/b:1').registry() == 'ghcr.io'",
        "!image('a:1').containsDigest() && isImage('a') && !isImage('A B')",
    ] {
        holds(source);
    }
    holds(&format!("image('a@{digest}').containsDigest() && image('a@{digest}').tag() == ''"));
    holds(&format!("image('a@{digest}').digest() == '{digest}'"));
}

#[test]
fn failures_have_types() {
    type Case = (&'static str, fn(&CelError) -> bool);
    let cases: [Case; 16] = [
        ("object.none", |e| matches!(e, CelError::NoSuchKey(key) if key == "none")),
        ("[1][1]", |e| matches!(e, CelError::OutOfBounds(1))),
        ("1 / 0", |e| matches!(e, CelError::DivisionByZero)),
        ("9223372036854775807 + 1", |e| matches!(e, CelError::Overflow(_))),
        ("1 + 'a'", |e| matches!(e, CelError::NoSuchOverload(_))),
        ("'a'.contains(1)", |e| matches!(e, CelError::NoSuchOverload(_))),
        ("objekt", |e| matches!(e, CelError::Undeclared(_))),
        ("variables.x", |e| matches!(e, CelError::Undeclared(_))),
        ("'a'.containz('b')", |e| matches!(e, CelError::UnknownFunction(_))),
        ("http.Get('x')", |e| matches!(e, CelError::Refused { .. })),
        ("random('x')", |e| matches!(e, CelError::Refused { .. })),
        ("optional.none().value()", |e| matches!(e, CelError::NoValue)),
        ("{'a': 1, 'a': 2}", |e| matches!(e, CelError::RepeatedKey(_))),
        ("'a'.matches('(')", |e| matches!(e, CelError::Invalid { .. })),
        ("[1].all(x, x)", |e| matches!(e, CelError::NoSuchOverload(_))),
        ("has(object)", |e| matches!(e, CelError::Syntax { .. })),
    ];
    for (source, is) in cases {
        let error = worth(source).expect_err(source);
        assert!(is(&error), "{source}: {error:?}");
    }
}

#[test]
fn broken_texts_are_syntax_errors() {
    for source in [
        "",
        "1 +",
        "(1",
        "[1",
        "{1: }",
        "'a",
        "'a\n'",
        "a b",
        "1 2",
        "@",
        "a.",
        "a.?",
        "''' x",
        "99999999999999999999",
        "9223372036854775808",
        r"'\q'",
        r"'\u12'",
        "x.map(1, 2)",
        "in",
        "a ? b",
        "for",
        "1..2",
        "1e999",
    ] {
        let error = worth(source).expect_err(source);
        assert!(matches!(error, CelError::Syntax { .. }), "{source}: {error:?}");
    }
}

#[test]
fn hostile_expressions_end_soon_in_an_error() {
    let mut binds = "x".to_owned();
    for _ in 0..35 {
        binds = format!("cel.bind(x, [x, x], {binds})");
    }
    let doubling = format!("cel.bind(x, [1], {})", binds.replacen(", x)", ", x == x)", 1));
    let mut text = "s".to_owned();
    for _ in 0..35 {
        text = format!("cel.bind(s, s + s, {text})");
    }
    let text = format!("cel.bind(s, 'aaaaaaaaaaaaaaaa', {text})");
    let loops = |levels: usize| {
        let inner = "true".to_owned();
        (0..levels).fold(inner, |body, level| format!("lists.range(1000).all(v{level}, {body})"))
    };
    let cases = [
        "(".repeat(100_000),
        format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("{}1", "{1:".repeat(10_000)),
        format!("{}true", "!".repeat(50_000)),
        format!("{}1", "- ".repeat(30_000)),
        format!("a{}", ".b".repeat(20_000)),
        format!("1{}", "+1".repeat(20_000)),
        format!("{}1", "true?1:".repeat(9_000)),
        format!("object{}", "[0]".repeat(20_000)),
        format!("'{}'", "a".repeat(100_000)),
        "f(".repeat(20_000),
        loops(8),
        doubling,
        text,
        "lists.range(9223372036854775807)".to_owned(),
        "lists.range(500000).map(x, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').join('')".to_owned(),
        "lists.range(1000000).distinct()".to_owned(),
        "lists.range(100000).exists(x, 'a'.matches('(a*)*b'))".to_owned(),
        r"'a'.matches('(\\w{500}){500}')".to_owned(),
        "lists.range(9000).map(x, '0123456789').join('').replace('', '0123456789'.replace('', '0123456789'.replace('', '0123456789'))).replace('0', '0123456789'.replace('', '0123456789'.replace('', '0123456789'))).size() > 0".to_owned(),
    ];
    for source in cases {
        let start = Instant::now();
        let error = worth(&source).map(|_| ()).expect_err(&source);
        let expected = matches!(
            error,
            CelError::TooLarge { .. }
                | CelError::Budget(_)
                | CelError::Syntax { .. }
                | CelError::Invalid { .. }
        );
        let shown: String = source.chars().take(60).collect();
        assert!(expected, "{shown}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{shown}: {:?}", start.elapsed());
    }
}

#[test]
fn parentheses_within_texts_and_comments_nest_nothing() {
    holds(&format!("'{}' != '' // {}", "(".repeat(1000), "[".repeat(1000)));
    holds(&format!("{}true{}", "(".repeat(30), ")".repeat(30)));
    holds(&format!("true{}", " && true".repeat(2_000)));
}

#[test]
fn the_deepest_expressions_that_are_read_fit_a_small_stack() {
    let mut loops = "true".to_owned();
    for level in 0..38 {
        loops = format!("[1].all(v{level}, {loops})");
    }
    let sums = format!("1{} == 151", " + 1".repeat(150));
    for source in [loops, sums, format!("{}true", "!".repeat(38))] {
        let small = std::thread::Builder::new().stack_size(1 << 20);
        small.spawn(move || holds(&source)).unwrap().join().unwrap();
    }
}

proptest::proptest! {
    #[test]
    fn any_text_ends_in_a_value_or_an_error(source in "[ -~]{0,60}") {
        let _ = worth(&source);
    }

    #[test]
    fn any_tokens_end_in_a_value_or_an_error(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "object", ".spec", "[0]", "(", ")", "'a'", "1", "+", "==", "&&", "!", "?", ":", ".?",
                "[?", "]", ".map(x, ", "x", ".all(x, ", "{", "}", ",", "has(", ".size()", "-", "in",
                "null", "1.5", "u", ".orValue(", "[", ".split(", "duration('1h')", "now()",
            ]),
            0..24,
        )
    ) {
        let _ = worth(&parts.join(" "));
    }
}

#[test]
fn quotes_of_a_name_do_not_nest() {
    for text in [format!("object.{}", "`".repeat(60_000)), "object.``a``".to_owned()] {
        assert!(matches!(Program::parse(&text, &["object"], &[]), Err(CelError::Syntax { .. })));
    }
}
