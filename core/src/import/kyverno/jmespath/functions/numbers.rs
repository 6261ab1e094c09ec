//! Functions on numbers, quantities and durations.

use serde_json::Value;

use super::{Call, Function, function};
use crate::import::kyverno::duration;
use crate::import::kyverno::go;
use crate::import::kyverno::jmespath::JmesError;
use crate::import::kyverno::quantity::Quantity;

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, |call| Ok(go::number(call.number(0)?.abs()))),
    function("add", 2, 2, |call| {
        combined(call, |a, b| a + b, Quantity::checked_add, i64::checked_add)
    }),
    function("avg", 1, 1, |call| {
        let numbers = numbers(call)?;
        #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
        let count = numbers.len() as f64;
        Ok(if numbers.is_empty() { Value::Null } else { go::number(total(&numbers) / count) })
    }),
    function("ceil", 1, 1, |call| Ok(go::number(call.number(0)?.ceil()))),
    function("divide", 2, 2, divide),
    function("floor", 1, 1, |call| Ok(go::number(call.number(0)?.floor()))),
    function("modulo", 2, 2, modulo),
    function("multiply", 2, 2, multiply),
    function("round", 2, 2, |call| {
        let places = call.whole(1)?;
        let places = i32::try_from(places).ok().filter(|places| (0..=15).contains(places));
        let scale = 10_f64.powi(places.ok_or_else(|| call.wrong(1, "from 0 to 15"))?);
        Ok(go::number((call.number(0)? * scale).round() / scale))
    }),
    function("subtract", 2, 2, |call| {
        combined(call, |a, b| a - b, Quantity::checked_sub, i64::checked_sub)
    }),
    function("sum", 1, 1, |call| {
        let list = call.list(0)?;
        if list.iter().all(Value::is_number) {
            return Ok(go::number(total(&numbers(call)?)));
        }
        let mut sum = Operand::of(call, 0, list.first())?;
        for item in list.iter().skip(1) {
            sum = sum.with(call, Operand::of(call, 0, Some(item))?, |a, b| a + b)?;
        }
        Ok(sum.value())
    }),
];

fn numbers(call: &Call<'_>) -> Result<Vec<f64>, JmesError> {
    let numbers: Option<Vec<f64>> = call.list(0)?.iter().map(Value::as_f64).collect();
    numbers.ok_or_else(|| call.wrong(0, "a list of numbers"))
}

fn total(numbers: &[f64]) -> f64 {
    numbers.iter().sum()
}

/// What Kyverno's arithmetic takes: a duration, a quantity, or a number.
#[derive(Clone, Copy)]
enum Operand {
    Number(f64),
    Quantity(Quantity),
    Duration(i64),
}

impl Operand {
    fn of(call: &Call<'_>, position: usize, value: Option<&Value>) -> Result<Self, JmesError> {
        let found = match value {
            Some(Value::Number(number)) => number.as_f64().map(Self::Number),
            // A text is tried as a quantity first.
            Some(Value::String(text)) => Quantity::parse(text)
                .map(Self::Quantity)
                .or_else(|| duration::parse(text).map(Self::Duration)),
            _ => None,
        };
        found.ok_or_else(|| call.wrong(position, "a number, a quantity or a duration"))
    }

    fn value(self) -> Value {
        match self {
            Self::Number(number) => go::number(number),
            Self::Quantity(quantity) => quantity.plain().into(),
            Self::Duration(nanos) => duration::text(nanos).into(),
        }
    }

    fn with(
        self,
        call: &Call<'_>,
        other: Self,
        combine: fn(f64, f64) -> f64,
    ) -> Result<Self, JmesError> {
        let found = match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(Self::Number(combine(a, b))),
            (Self::Quantity(a), Self::Quantity(b)) => a.checked_add(b).map(Self::Quantity),
            (Self::Duration(a), Self::Duration(b)) => a.checked_add(b).map(Self::Duration),
            _ => None,
        };
        found.ok_or_else(|| call.fault("types mismatch"))
    }
}

fn combined(
    call: &Call<'_>,
    numbers: fn(f64, f64) -> f64,
    quantities: fn(Quantity, Quantity) -> Option<Quantity>,
    durations: fn(i64, i64) -> Option<i64>,
) -> Result<Value, JmesError> {
    let left = Operand::of(call, 0, Some(call.value(0)?))?;
    let right = Operand::of(call, 1, Some(call.value(1)?))?;
    let found = match (left, right) {
        (Operand::Number(a), Operand::Number(b)) => Some(Operand::Number(numbers(a, b))),
        (Operand::Quantity(a), Operand::Quantity(b)) => quantities(a, b).map(Operand::Quantity),
        (Operand::Duration(a), Operand::Duration(b)) => durations(a, b).map(Operand::Duration),
        _ => return Err(call.fault("types mismatch")),
    };
    Ok(found.ok_or_else(|| call.fault("the result is out of range"))?.value())
}

/// A quantity or duration times a number, or two numbers.
fn multiply(call: &Call<'_>) -> Result<Value, JmesError> {
    let left = Operand::of(call, 0, Some(call.value(0)?))?;
    let right = Operand::of(call, 1, Some(call.value(1)?))?;
    match (left, right) {
        (Operand::Number(a), Operand::Number(b)) => Ok(go::number(a * b)),
        (Operand::Number(factor), other) | (other, Operand::Number(factor)) => {
            scaled(call, other, factor)
        }
        _ => Err(call.fault("types mismatch")),
    }
}

fn scaled(call: &Call<'_>, operand: Operand, factor: f64) -> Result<Value, JmesError> {
    let found = match operand {
        Operand::Quantity(quantity) => {
            Quantity::from_f64(quantity.as_f64() * factor).map(Operand::Quantity)
        }
        Operand::Duration(nanos) => nanos_of(nanos, factor).map(Operand::Duration),
        Operand::Number(number) => Some(Operand::Number(number * factor)),
    };
    Ok(found.ok_or_else(|| call.fault("the result is out of range"))?.value())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "Kyverno computes in floats; the range is checked"
)]
fn nanos_of(nanos: i64, factor: f64) -> Option<i64> {
    let product = nanos as f64 * factor;
    (product.abs() < 9e18).then_some(product as i64)
}

#[expect(clippy::cast_precision_loss, reason = "Kyverno computes in floats")]
fn divide(call: &Call<'_>) -> Result<Value, JmesError> {
    let left = Operand::of(call, 0, Some(call.value(0)?))?;
    let right = Operand::of(call, 1, Some(call.value(1)?))?;
    let over = |a: f64, b: f64| match b == 0.0 {
        true => Err(call.fault("Zero divisor passed")),
        false => Ok(a / b),
    };
    match (left, right) {
        (Operand::Number(a), Operand::Number(b)) => over(a, b).map(go::number),
        (Operand::Quantity(a), Operand::Quantity(b)) => {
            over(a.as_f64(), b.as_f64()).map(go::number)
        }
        (Operand::Duration(a), Operand::Duration(b)) => over(a as f64, b as f64).map(go::number),
        (other, Operand::Number(b)) => scaled(call, other, over(1.0, b)?),
        _ => Err(call.fault("types mismatch")),
    }
}

fn modulo(call: &Call<'_>) -> Result<Value, JmesError> {
    let left = Operand::of(call, 0, Some(call.value(0)?))?;
    let right = Operand::of(call, 1, Some(call.value(1)?))?;
    let found = match (left, right) {
        (Operand::Number(_), Operand::Number(_)) => {
            let whole = || call.fault("Non-integer argument(s) passed for modulo");
            let (a, b) = (call.whole(0).map_err(|_| whole())?, call.whole(1).map_err(|_| whole())?);
            a.checked_rem(b).map(Value::from)
        }
        (Operand::Quantity(a), Operand::Quantity(b)) => {
            let (a, b) = (a.as_f64(), b.as_f64());
            (b != 0.0).then(|| Quantity::from_f64(a % b)).flatten().map(|q| q.plain().into())
        }
        (Operand::Duration(a), Operand::Duration(b)) => {
            a.checked_rem(b).map(|nanos| duration::text(nanos).into())
        }
        _ => return Err(call.fault("types mismatch")),
    };
    found.ok_or_else(|| call.fault("Zero divisor passed"))
}
