#pragma once

#include <string>
#include <vector>

#include "calls.h"
#include "journal.h"
#include "population.h"
#include "reviewer.h"

namespace simulator {

/// What `run` is asked for.
struct RunOrder {
  RunId id;
  std::string events_url;
  std::string ticks_url;     ///< Empty: no ticks (not with lockstep).
  std::string progress_url;  ///< Empty: not waited for (not with lockstep).
  std::string port_file;
  std::string progress_port_file;  ///< Empty: as `port_file`.
  int webhook_port = 0;
  std::string webhook_url_file;
  std::string secret_file;
  std::string journal;
  std::string events_file;  ///< Gets every line that was sent, once.
  bool is_lockstep = false;
  double days_per_second = 1;
  int batch_lines = 500;
  int patience_s = 120;
  Calls::Trouble trouble;
  Reviewer::Options reviewer;  ///< With lockstep only.
  int slow_ms = 200;
  bool is_staying = false;  ///< Prints the summary and goes on taking calls until it is killed.
};

/// Lives the world, or what a journal says is left of it. Returns what went wrong, else an empty
/// string and the summary as one JSON line.
std::string Run(const RunOrder& order, std::string* summary);

/// What `value` is asked for.
struct ValueOrder {
  RunId id;                           ///< With a journal: the journal's.
  std::string journal;                ///< Empty: the baselines alone.
  std::vector<std::string> policies;  ///< Empty: all.
  bool is_by_action = false;          ///< Each action of the journal alone, too.
  bool is_json = false;
};

/// Returns what went wrong, else an empty string and the text to print.
std::string EvaluateAll(const ValueOrder& order, std::string* text);

/// The world that a run lives in; returns what is wrong with it.
std::string MakeWorld(const RunId& id, World* world);

/// Gives a population what a call brought.
void Receive(Population& population, const JournaledCall& call);

}  // namespace simulator
