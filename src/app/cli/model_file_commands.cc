// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/model_file_commands.h"

#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/share_progress.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/convert/converter.h"
#include "tts/indextts/model_file.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;

struct ModelFileFlags {
  std::string input;  // a release folder or a model file
  std::string output;
  std::string type = "f16";
  std::string other_type;
  std::string license;
  int threads = 0;
  OutputFlags common;
};

std::string Dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json ConvertJson(const ModelFileFlags& flags, const tts::indextts::ConvertReport& report) {
  Json dropped = Json::array();
  for (const tts::indextts::DroppedTensor& tensor : report.dropped) {
    dropped.push_back({{"file", tensor.file}, {"name", tensor.name}, {"shape", tensor.shape}});
  }
  return {{"file", flags.output},
          {"architecture", tts::indextts::kArchitectureName},
          {"version", report.architecture.version},
          {"type", flags.type},
          {"tensors", report.tensors},
          {"tensor_bytes", report.bytes},
          {"license_files", report.license_files},
          {"dropped", std::move(dropped)}};
}

// The tensors that were left out, by kind: what stands for them is the name without numbers.
std::string DroppedText(const tts::indextts::ConvertReport& report) {
  std::map<std::string, int> kinds;
  for (const tts::indextts::DroppedTensor& tensor : report.dropped) {
    std::string kind;
    for (const char c : tensor.name) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit) kind.push_back(c);
      if (digit && (kind.empty() || kind.back() != 'N')) kind.push_back('N');
    }
    ++kinds[kind];
  }
  std::string text =
      "left out:  " + std::to_string(report.dropped.size()) + " tensors that speaking does not use\n";
  for (const auto& [kind, count] : kinds) text += "  " + std::to_string(count) + " x " + kind + "\n";
  return text;
}

Status ConvertModel(const ModelFileFlags& flags, CommandContext& context) {
  WS_ASSIGN_OR_RETURN(const ProgressStyle style, StyleOf(flags.common));
  const std::string other = !flags.other_type.empty() ? flags.other_type
                            : flags.type == "f32"     ? "f32"
                                                      : "f16";
  ShareProgress progress("convert", style);
  tts::indextts::ConvertOptions options{.license_path = flags.license,
                                        .threads = flags.threads,
                                        .progress = [&progress](double share) { progress.Update(share); },
                                        .stop = context.stop()};
  options.gpt_type = ggml::ParseType(flags.type).value_or(options.gpt_type);
  options.other_type = ggml::ParseType(other).value_or(options.other_type);
  WS_ASSIGN_OR_RETURN(const auto report, tts::indextts::Convert(flags.input, flags.output, options));
  if (flags.common.json) return PrintOut(Dump(ConvertJson(flags, report)));
  std::string text = flags.output + ": IndexTTS " + report.architecture.version + ", " +
                     std::to_string(report.tensors) + " tensors, " + MebibyteText(report.bytes) + "\n";
  text += report.license_files.empty()
              ? "licence:   no licence file was found in " + flags.input + " (--license FILE embeds one)\n"
              : "licence:   embedded\n";
  return PrintOut(text + DroppedText(report));
}

Json ValueJson(const ggml::Value& value) {
  using ggml::ValueType;
  switch (value.type) {
    case ValueType::kString:
      return value.text;
    case ValueType::kBool:
      return value.integer != 0;
    case ValueType::kFloat32:
    case ValueType::kFloat64:
      return value.real;
    case ValueType::kArray:
      if (value.element == ValueType::kUint8) return {{"bytes", value.text.size()}};
      if (value.element == ValueType::kString) return value.texts;
      if (!value.reals.empty()) return value.reals;
      return value.integers;
    default:
      return value.integer;
  }
}

Json InspectJson(const ggml::GgufFile& file) {
  Json metadata = Json::object();
  for (const ggml::MetadataEntry& entry : file.metadata()) metadata[entry.key] = ValueJson(entry.value);
  Json tensors = Json::array();
  for (const ggml::StoredTensor& tensor : file.tensors()) {
    tensors.push_back({{"name", tensor.name},
                       {"type", TypeName(tensor.type)},
                       {"shape", tensor.shape},
                       {"offset", tensor.offset},
                       {"bytes", tensor.bytes.size()}});
  }
  return {{"file", file.name()},
          {"bytes", file.size()},
          {"alignment", file.alignment()},
          {"metadata", std::move(metadata)},
          {"tensors", std::move(tensors)}};
}

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string InspectText(const ggml::GgufFile& file) {
  std::string text = file.name() + ": " + std::to_string(file.tensors().size()) + " tensors, " +
                     MebibyteText(file.size()) + "\n\n";
  for (const ggml::MetadataEntry& entry : file.metadata()) {
    text += Padded(entry.key, 34) + " " + ValueText(entry.value) + "\n";
  }
  struct Sum {
    int64_t tensors = 0;
    int64_t values = 0;
    int64_t bytes = 0;
  };
  std::map<std::string, Sum> sums;
  text += "\n";
  for (const ggml::StoredTensor& tensor : file.tensors()) {
    text += Padded(tensor.name, 44) + " " + Padded(std::string(TypeName(tensor.type)), 5) + " " +
            ggml::ShapeText(tensor.shape) + "\n";
    Sum& sum = sums[std::string(TypeName(tensor.type))];
    ++sum.tensors;
    sum.values += tensor.values();
    sum.bytes += static_cast<int64_t>(tensor.bytes.size());
  }
  text += "\n";
  for (const auto& [type, sum] : sums) {
    text += Padded(type, 5) + " " + std::to_string(sum.tensors) + " tensors, " + std::to_string(sum.values) +
            " values, " + MebibyteText(sum.bytes) + "\n";
  }
  return text;
}

Status InspectModel(const ModelFileFlags& flags, CommandContext& /*context*/) {
  WS_ASSIGN_OR_RETURN(const auto file, ggml::GgufFile::Open(flags.input));
  return PrintOut(flags.common.json ? Dump(InspectJson(*file)) : InspectText(*file));
}

using Action = Status (*)(const ModelFileFlags&, CommandContext&);

CLI::App* AddAction(CLI::App& models, CommandContext& context, const char* name, const char* description,
                    Action action, const std::shared_ptr<ModelFileFlags>& flags, WithProgress with_progress) {
  CLI::App* command = models.add_subcommand(name, description);
  AddOutputFlags(*command, flags->common, with_progress);
  command->callback([flags, &context, action] {
    context.action = [flags, &context, action] { return action(*flags, context); };
  });
  return command;
}

}  // namespace

Status VerifyModelFile(const std::string& path, const OutputFlags& flags, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const ProgressStyle style, StyleOf(flags));
  WS_ASSIGN_OR_RETURN(const auto file, ggml::GgufFile::Open(path));
  WS_ASSIGN_OR_RETURN(const auto architecture, tts::indextts::CheckModelFile(*file));
  {
    ShareProgress progress("verify", style);
    const auto on_share = [&progress](double share) { progress.Update(share); };
    WS_RETURN_IF_ERROR(tts::indextts::CheckHashes(*file, on_share, stop));
  }
  if (flags.json) {
    return PrintOut(Dump({{"file", path},
                          {"ok", true},
                          {"architecture", tts::indextts::kArchitectureName},
                          {"version", architecture.version},
                          {"tensors", file->tensors().size()},
                          {"bytes", file->size()}}));
  }
  return PrintOut(path + ": IndexTTS " + architecture.version + ", " +
                  std::to_string(file->tensors().size()) + " tensors, all as they were converted\n");
}

void AddModelFileCommands(CLI::App& models, CommandContext& context) {
  auto convert = std::make_shared<ModelFileFlags>();
  CLI::App* command =
      AddAction(models, context, "convert", "Makes one GGUF file of a release of IndexTTS 1.0 or 1.5",
                &ConvertModel, convert, WithProgress::kYes);
  command
      ->add_option("DIR", convert->input,
                   "The folder with config.yaml, gpt.pth, bigvgan_generator.pth, bpe.model")
      ->required();
  command->add_option("-o,--output", convert->output, "The file to write")->required();
  command->add_option("--type", convert->type, "How the speech transformer's matrices are stored")
      ->check(CLI::IsMember({"f32", "f16", "q8_0", "q4_k"}))
      ->capture_default_str();
  command
      ->add_option("--other-type", convert->other_type,
                   "How all other matrices are stored (default: f32 with --type f32, else f16)")
      ->check(CLI::IsMember({"f32", "f16"}));
  command->add_option("--license", convert->license,
                      "Embed this licence instead of the licence files in DIR");
  command->add_option("--threads", convert->threads, "0: as many as the machine has processors")
      ->check(CLI::Range(0, 512));

  auto inspect = std::make_shared<ModelFileFlags>();
  command = AddAction(models, context, "inspect", "Lists a GGUF file's metadata and tensors", &InspectModel,
                      inspect, WithProgress::kNo);
  command->add_option("FILE", inspect->input, "The GGUF file")->required();
}

}  // namespace waveshift::app
