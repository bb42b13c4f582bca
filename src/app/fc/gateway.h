// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Function compute's manners, between the socket and the service: a line in the log before and after each
// call of the platform, and no response headers that the platform forbids. What the calls do is
// service::Service's business.
#ifndef WAVESHIFT_APP_FC_GATEWAY_H_
#define WAVESHIFT_APP_FC_GATEWAY_H_

#include <functional>
#include <string>

#include "service/http_types.h"

namespace waveshift::app {

// Any thread.
class FcGateway : public service::RequestHandler {
 public:
  // One whole line without line end, to be written out at once. Any thread.
  using LineSink = std::function<void(const std::string& line)>;

  // `service` outlives the gateway.
  FcGateway(service::RequestHandler& service, LineSink sink);

  // Writes, for a call with x-fc-control-path (PHASE is Invoke, Initialize, PreStop or PreFreeze):
  //   FC PHASE Start RequestId: ID
  //   FC PHASE End RequestId: ID[, Error: WHAT]
  // the second one when the answer is ready, or has been streamed.
  service::Response Handle(const service::Request& request, const service::BodyReader& body) override;
  service::Response HandleExpect(const service::Request& request) override;

 private:
  service::RequestHandler& service_;
  const LineSink sink_;
};

// Takes out what function compute does not let an HTTP trigger's answer have: x-fc-*, Connection,
// Content-Length, Date, Keep-Alive, Server, a Content-Disposition that makes a download.
void DropForbiddenHeaders(service::Response& response);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_FC_GATEWAY_H_
