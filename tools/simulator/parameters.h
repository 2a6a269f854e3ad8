#pragma once

#include <array>
#include <cstdint>

namespace simulator {

/// Everything that says what the world is like, and nothing else does. Fixed before any model or
/// bundle saw the world; a test pins the SHA-256 of this file, and a change needs its reason in
/// the commit (see README.md, "Changing a parameter").
///
/// Units: rates "per month" mean 30 days; money is in whole currency units; `*_mu` and `*_sigma`
/// are those of the logarithm.
struct Parameters {
  static constexpr int kRegions = 8;
  static constexpr int kSegments = 3;  // consumer, family, business
  static constexpr int kActions = 5;

  struct Population {
    double present_at_start = 0.92;  // The others sign up within `arrival_days`.
    int arrival_days = 90;
    std::array<double, kRegions> region{0.28, 0.16, 0.14, 0.06, 0.16, 0.08, 0.07, 0.05};
    std::array<double, kSegments> segment{0.70, 0.18, 0.12};
    double price_mu = 3.5553480614894135;  // ln 35
    double price_sigma = 0.45;
    double sensitivity_mu = 0.0;
    double sensitivity_sigma = 0.6;
    double friction_shape = 1.2;
    double friction_scale = 0.5;
    double leave_tenure_geometric = 0.03;  // Months before the start, geometric.
    int max_tenure_months = 120;
    double annual_contract = 0.25;
    double annual_paid_yearly = 0.5;
    double annual_price_factor = 0.9;
    std::array<double, 4> optin{0.78, 0.42, 0.55, 0.36};  // email, sms, push, phone
    std::array<double, 3> method{0.62, 0.25, 0.13};       // card, sepa, wallet
  } population;

  struct Satisfaction {
    double phi_day = 0.9945973;  // 0.85 a month
    double sd = 1.0;             // Stationary.
  } satisfaction;

  struct Usage {
    double level_mu = -0.8;  // Sessions a day, before the factors below.
    double level_sigma = 0.6;
    double adoption_base = 0.4;
    double adoption_slope = 1.2;
    double satisfaction = 0.25;
    double during_outage = 0.3;
    double low_use_per_month = 6.0;
    double minutes_mu = 3.1;  // ln 22
    double minutes_sigma = 0.8;
    double minutes_max = 300.0;
    double features_share = 0.8;
    std::array<double, 4> device{0.34, 0.26, 0.28, 0.12};  // web, ios, android, tv
    double errors_per_day = 0.08;                          // Times friction.
    std::array<double, 4> error{0.40, 0.20, 0.28, 0.12};   // timeout, crash, playback, login
    double errors_outage_factor = 4.0;
    // Monday to Sunday.
    std::array<std::array<double, 7>, kSegments> weekday{{
        {0.90, 0.88, 0.90, 0.94, 1.08, 1.20, 1.10},
        {0.82, 0.82, 0.88, 0.86, 1.12, 1.28, 1.22},
        {1.32, 1.36, 1.34, 1.30, 1.16, 0.26, 0.26},
    }};
    // Relative weight of each local hour.
    std::array<std::array<double, 24>, kSegments> hour{{
        {2, 1, 1, 1, 1, 2, 5, 9, 9, 6, 5, 6, 8, 7, 6, 6, 8, 11, 14, 18, 20, 17, 10, 5},
        {1, 1, 1, 1, 1, 2, 6, 10, 7, 5, 5, 6, 7, 7, 8, 11, 14, 16, 18, 17, 12, 7, 4, 2},
        {1, 1, 1, 1, 1, 2, 5, 10, 18, 22, 22, 20, 14, 17, 20, 20, 17, 12, 7, 4, 3, 3, 2, 1},
    }};
  } usage;

  struct Shocks {
    double outage_per_month = 0.06;  // Per region.
    double outage_hours_mu = 1.4;    // ln 4
    double outage_hours_sigma = 0.6;
    double outage_hours_max = 20.0;
    double outage_ticket_factor =
        2.5;  // A month's worth of tickets more, within `outage_ticket_days`.
    int outage_ticket_days = 5;
    int promotion_days = 21;  // A competitor's, once a year.
  } shocks;

  struct Billing {
    double first_attempt_fails = 0.04;
    double failure_is_final = 0.20;
    std::array<int, 3> retry_days{3, 7, 14};  // After the invoice.
    int due_days = 14;
    double dispute = 0.0005;  // Per payment.
    double refund = 0.003;
    int renewal_notice_days = 30;
    double plan_change_per_month = 0.01;
    double plan_change_factor = 1.3;
    double upward_satisfaction = 0.15;  // Chance to go up: adoption, and these.
    double upward_sensitivity = -0.1;   // (sensitivity - 1)
    double upward_min = 0.1;
    double upward_max = 0.9;
    double max_price = 180.0;
    double min_price = 8.0;
    double plus_from = 25.0;
    double pro_from = 45.0;
  } billing;

  struct Support {
    std::array<double, 4> topic{0.22, 0.38, 0.28, 0.12};  // billing, technical, usability, delivery
    std::array<double, 4> severity{0.04, 0.16, 0.45, 0.35};  // 1 to 4
    std::array<int, 4> sla_hours{4, 8, 24, 72};              // By severity.
    std::array<double, 3> channel{0.50, 0.30, 0.20};         // email, chat, phone
    double reply_hours_mu = 1.0;
    double reply_hours_sigma = 0.9;
    double resolve_hours_mu = 2.6;  // After the reply.
    double resolve_hours_sigma = 1.0;
    double reopened = 0.08;
    double csat_answered = 0.35;
    double complaint = 0.05;
    double complaint_unhappy_factor = 4.0;  // Below a satisfaction of -1.
    double nps_answered = 0.25;
    int nps_every_days = 90;
    double nps_centre = 7.0;  // With a noise of 1.
    double nps_satisfaction = 1.8;
    double csat_centre = 3.9;
    double csat_satisfaction = 0.7;
    double csat_noise = 0.7;
    double sentiment_satisfaction = 0.35;
    double sentiment_of_ticket = -0.15;
    double sentiment_of_cancel = -0.35;
    double sentiment_noise = 0.3;
    double confidence_mean = 0.82;  // Of whoever tells the intent.
    double confidence_sd = 0.12;
    double turns_mean = 5.0;  // More than two.
    double handle_seconds_mu = 5.8;
    double handle_seconds_sigma = 0.6;
    double contact_reopened = 0.06;
    double opt_out_per_month = 0.004;  // Per channel opted in to.
    double cancel_intent_ratio = 2.0;  // Asks how to cancel, per hazard of leaving.
  } support;

  /// The log of the monthly hazard of leaving by choice: complementary log-log, unlike any model
  /// that is meant to predict it.
  struct Hazard {
    double intercept = -3.55;
    double log_tenure = -0.28;
    double satisfaction = -0.75;
    double price = 0.35;  // sensitivity * (price / reference_price - 1)
    double reference_price = 35.0;
    double inertia = -0.45;
    double adoption = -0.5;  // (adoption - 0.5)
    double ticket = 0.30;    // min(tickets, max_tickets)
    double max_tickets = 3.0;
    double outage = 0.35;
    double promotion = 0.40;
    double contact = 0.10;  // Per contact in 30 days: attention is not free.
    double in_lock = -3.0;
    double renewal_window = 1.2;
    int window_days = 30;  // How long tickets, outages and contacts count; the renewal window.
  } hazard;

  /// What actions add to the log-hazard at the moment they reach the customer.
  struct Effects {
    double decay_per_month = 0.6;
    double education = -0.28;
    double education_max_tenure = 18.0;
    double support_call = -0.50;
    double support_call_slope = 2.0;
    double support_call_centre = -1.2;
    double discount_small = -0.35;
    double discount_large = -0.60;
    double discount_max_sensitivity = 3.0;
    double discount_min_price = 25.0;
    double right_sizing = -0.60;
    double right_sizing_min_price = 45.0;
    double right_sizing_max_inertia = 0.0;
    double right_sizing_harm = 0.35;  // Those who were glad not to think about it.
    double right_sizing_harm_inertia = 0.3;
    double wake_up = 0.30;  // Any contact, to the inert with low use.
    double wake_up_inertia = 0.3;
    double reachable_slope = 1.6;  // Lost causes do not react.
    double reachable_centre = -0.6;
  } effects;

  struct Delivery {
    double delay_seconds_mu = 0.4;
    double delay_seconds_sigma = 1.2;
    double offline = 0.01;            // Of what devices send.
    double offline_seconds_mu = 9.5;  // ln 4 h
    double offline_seconds_sigma = 1.0;
    double offline_seconds_max = 72 * 3600.0;
    double skewed = 0.002;  // Of what devices send.
    double skew_seconds_sd = 360.0;
    double repeated = 0.015;
    double repeat_seconds_mu = 4.1;  // ln 1 min
    double repeat_seconds_sigma = 1.5;
    double repeat_seconds_max = 24 * 3600.0;
    int poison_per_kind = 8;
  } delivery;
};

}  // namespace simulator
