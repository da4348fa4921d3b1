// What libraries read from the environment only. The log is for what Millrace does, not for the advice of a library.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
