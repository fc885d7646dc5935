// node --require: JSON schemas come from the folder PBIR_SCHEMA_DIR, or from nowhere.
const https = require("https");
const fs = require("fs");
const path = require("path");
const { EventEmitter } = require("events");
const { Readable } = require("stream");

const HOST = "developer.microsoft.com";
const PREFIX = "/json-schemas/";

https.get = function (url, options, callback) {
  const answer = typeof options === "function" ? options : callback;
  const request = new EventEmitter();
  request.destroy = () => {};
  const { hostname, pathname } = new URL(String(url));
  const folder = process.env.PBIR_SCHEMA_DIR;
  const isSchema = folder && hostname === HOST && pathname.startsWith(PREFIX);
  const file = isSchema ? path.join(folder, pathname.slice(PREFIX.length)) : null;
  setImmediate(() => {
    if (file && fs.existsSync(file)) {
      const response = Readable.from([fs.readFileSync(file)]);
      response.statusCode = 200;
      response.headers = {};
      answer(response);
    } else {
      request.emit("error", new Error("no network in a check"));
    }
  });
  return request;
};
