#pragma once

namespace simulator {

/// What the company's actions do beyond their effect on the hazard (parameters.h has that), and
/// what they cost. Fixed before any bundle met the world; a test pins the SHA-256 of this file as
/// it does that of parameters.h, and a change needs its reason in the commit.
///
/// Units: money in whole currency units; chances without "per".
struct ReactionParameters {
  struct Contact {
    // Of the channel of a message, times (1 + contacts in 30 days).
    double opt_out_marketing = 0.006;
    double opt_out_other = 0.0015;
    double complaint = 0.002;  // The same; times the factor below a satisfaction of -1.
    double complaint_unhappy_factor = 4.0;
    double complaint_satisfaction = -0.3;  // What it does to satisfaction.
    // A message is opened by engagement, never by effect.
    double opened_at_least = 0.10;
    double opened_by_use = 0.55;  // Times 1 - exp(-sessions a month / opened_scale).
    double opened_scale = 12.0;
  } contact;

  struct Discount {
    double small = 0.10;
    double large = 0.25;
    int payments = 3;
    double taken = 0.45;  // And by sensitivity, within the bounds.
    double taken_by_sensitivity = 0.30;
    double taken_min = 0.30;
    double taken_max = 0.95;
  } discount;

  struct Call {
    double hours_mean = 10.0;  // Until a person gets to it; exponential.
    double reached = 0.70;
    double handle_seconds_mu = 5.8;
    double handle_seconds_sigma = 0.6;
  } call;

  struct Recovery {
    double case_share = 0.5;  // Of a support call's effect: the problem is worked on, nobody calls.
    double credit = -0.25;    // On the log-hazard, of those with trouble in the last 30 days.
  } recovery;

  /// Of payments that would be lost, those that come in after all at the next attempt.
  struct Dunning {
    double reminder = 0.15;
    double new_card = 0.35;
  } dunning;

  struct Costs {
    double email = 0.01;
    double push = 0.01;
    double sms = 0.08;
    double call = 6.00;
    double plan_review = 7.50;
    double handle_case = 3.00;
  } costs;

  struct Value {
    double margin_share = 0.60;  // Of the price.
    int residual_months = 12;    // After the end of the world, of 30 days.
    double discount_month = 0.01;
    double involuntary_month = 0.0065;  // What the world shows, see README.md.
  } value;
};

}  // namespace simulator
