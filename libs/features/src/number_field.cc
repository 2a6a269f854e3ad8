#include "number_field.h"

#include <cmath>
#include <string>

#include "evenkeel/model/decimal.h"

namespace evenkeel::internal {
namespace {

BadInput Problem(BadInputCode code, const NumberField& field, const char* what) {
  return {code, "field '" + field.field + "' " + what};
}

BadInput Inexact(const NumberField& field) {
  return {BadInputCode::kInexactAmount,
          "field '" + field.field + "' is not a whole number of 10^-" +
              std::to_string(field.scale) + ", or too large: give the feature a larger scale"};
}

// Takes one field; what it finds wrong is in `problem`.
class Taker {
 public:
  Taker(const NumberField& field, Currency currency, BadInput& problem)
      : field_(field), currency_(currency), problem_(problem) {}

  std::optional<std::int64_t> operator()(std::int64_t value) const {
    return Scaled({.units = value, .scale = 0});
  }
  std::optional<std::int64_t> operator()(double value) const {
    const double scaled = std::round(value * static_cast<double>(PowerOfTen(field_.scale)));
    if (!(std::fabs(scaled) < 9e18)) {
      problem_ = Problem(BadInputCode::kInexactAmount, field_, "is not finite or too large");
      return std::nullopt;
    }
    return static_cast<std::int64_t>(scaled);
  }
  std::optional<std::int64_t> operator()(const Money& value) const {
    if (!currency_.view().empty() && value.currency != currency_) {
      problem_ = Problem(BadInputCode::kWrongCurrency, field_, "is in another currency");
      problem_.message += " than " + std::string(currency_.view());
      return std::nullopt;
    }
    return Scaled({.units = value.units, .scale = value.scale});
  }
  template <typename Other>
  std::optional<std::int64_t> operator()(const Other&) const {
    problem_ =
        Problem(BadInputCode::kWrongType, field_, "is no number, and a feature counts with it");
    return std::nullopt;
  }

 private:
  std::optional<std::int64_t> Scaled(Decimal value) const {
    const std::optional<std::int64_t> units = Rescale(value, field_.scale);
    if (!units) problem_ = Inexact(field_);
    return units;
  }

  const NumberField& field_;
  Currency currency_;
  BadInput& problem_;
};

std::optional<std::int64_t> TakeOne(const NumberField& field, Currency currency,
                                    const Signal& signal, BadInput& problem) {
  const FieldValue* value = signal.Find(field.field);
  if (value == nullptr) return std::nullopt;
  return std::visit(Taker(field, currency, problem), *value);
}

}  // namespace

std::optional<std::int64_t> TakeNumber(const FeatureDefinition& definition, const Signal& signal,
                                       BadInput& problem) {
  std::optional<std::int64_t> units =
      TakeOne(definition.value, definition.currency, signal, problem);
  if (!units) return std::nullopt;
  auto scale = definition.value.scale;
  if (!definition.times.field.empty()) {
    const auto times = TakeOne(definition.times, definition.currency, signal, problem);
    if (!times) return std::nullopt;
    if (__builtin_mul_overflow(*units, *times, &*units)) {
      problem = Problem(BadInputCode::kSumOverflow, definition.value, "times '");
      problem.message += definition.times.field + "' does not fit into 64 bits";
      return std::nullopt;
    }
    scale = static_cast<std::uint8_t>(scale + definition.times.scale);
  }
  units = Rescale({.units = *units, .scale = scale}, definition.scale);
  if (!units) {
    problem = Problem(BadInputCode::kSumOverflow, definition.value, "does not fit into 64 bits");
  }
  return units;
}

}  // namespace evenkeel::internal
