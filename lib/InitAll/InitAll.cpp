#include "tacit/InitAll/InitAll.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
void tacit::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<nn::NNDialect>();
}
void tacit::registerAllPasses() { mlir::registerAllPasses(); }
