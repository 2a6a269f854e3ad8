#include <cstdio>
#include <fstream>

#include "commands.h"
#include <CLI/CLI.hpp>

#include "evenkeel/audit/signing.h"
#include "evenkeel/base/hash.h"

namespace evenkeel {
namespace {

Status Create(const std::string& private_file, const std::string& public_file) {
  EVENKEEL_ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Create(private_file));
  const auto& bytes = key.public_key();
  std::ofstream out(public_file, std::ios::app);
  out << ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) << "  # "
      << key.key_id() << "\n";
  out.flush();
  if (!out) return Unavailable(public_file + " cannot be written");
  std::printf("key %s: sign with %s, trust %s\n", key.key_id().c_str(), private_file.c_str(),
              public_file.c_str());
  return {};
}

}  // namespace

void AddKeyCommands(CLI::App& key, Chosen& chosen) {
  auto files = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* create = key.add_subcommand("create", "Make a key that signs actions");
  create->add_option("--private", files->first, "New file for the key itself")->required();
  create->add_option("--public", files->second, "File of trusted keys; the new one is added")
      ->required();
  create->callback(
      [&chosen, files] { chosen.run = [files] { return Create(files->first, files->second); }; });
}

}  // namespace evenkeel
