// A shared object that is no connector.
extern "C" __attribute__((visibility("default"))) int an_answer() {
  return 42;
}
