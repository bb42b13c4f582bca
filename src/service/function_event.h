// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Requests that come as events of a function platform, and answers as such a platform wants them.
#ifndef WAVESHIFT_SERVICE_FUNCTION_EVENT_H_
#define WAVESHIFT_SERVICE_FUNCTION_EVENT_H_

#include <string>
#include <string_view>

#include "base/status.h"
#include "service/http_types.h"

namespace waveshift::service {

struct FunctionEvent {
  Request request;  // of the event's own fields alone
  std::string body;
  // The answer is {"statusCode", "headers", "body", "isBase64Encoded"}; else it is the route's own.
  bool is_http = true;
};

// Reads
//   {"httpMethod", "path", "body", "headers", "queryParameters", "isBase64Encoded"}  the original engine's
//   form,
//       also with "queryStringParameters" (API gateways), and with "rawPath" and "requestContext.http"
//   {"task_id", ...}     POST /api/start_tts with this body
//   {"event": EVENT}     an envelope around one of these; EVENT may also be its text
// A body may be text, or a JSON value that is sent as it is. InvalidArgument names the field. Pure.
StatusOr<FunctionEvent> ParseFunctionEvent(std::string_view payload);

// The answer's object. `body` are the bytes that `response` stands for; what is no UTF-8 goes in base64.
std::string FunctionAnswer(const Response& response, std::string_view body);

// "/2016-08-15/proxy/SERVICE/FUNCTION/x" -> "/x": addresses of old HTTP triggers. Other paths stay.
std::string WithoutProxyPrefix(std::string_view path);

}  // namespace waveshift::service

#endif  // WAVESHIFT_SERVICE_FUNCTION_EVENT_H_
