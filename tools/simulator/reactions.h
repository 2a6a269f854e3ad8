#pragma once

#include <string_view>

#include "dealings.h"
#include "person.h"

namespace simulator {

/// What the world makes of an action of the catalogue. Names that it does not know are contacts.
Kind KindOf(std::string_view action);
bool IsKnown(std::string_view action);

/// What carrying it out costs the company, money given to the customer aside.
double CostOf(const ReactionParameters& parameters, const Treatment& treatment);

/// What it would do to the log-hazard of a customer who takes it, the waking up by a contact aside.
double EffectOf(const Person& person, const Treatment& treatment);

/// The chance that the customer takes what is offered, or is reached. 1 where there is no question.
double ChanceOf(const Person& person, const Treatment& treatment);

/// Whether the customer hears of it.
bool IsContact(const Treatment& treatment);

/// Begins a day: what waited until now reaches the customer, in the order of ids. What people have
/// to do may be done on a later day.
void OpenInbox(Person& person);

/// What a day with this customer is worth.
double DailyMargin(const Person& person);

}  // namespace simulator
