// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target: warnings are errors, existentials are spelled out.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Targets without a pointer in them: the compiler checks that none creeps in.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "tweedie",
  products: [
    .library(name: "Diffusion", targets: ["Arrays", "Diffusion"]),
    .executable(name: "tweedie", targets: ["tweedie"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Foreign libraries, found by the system's package manager.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),

    // Unsafe memory: C kernels and their Swift names.
    .target(name: "CKernels"),
    .target(name: "Arrays", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: strict),

    // The mathematics.
    .target(name: "Diffusion", dependencies: ["Arrays"], swiftSettings: safe),

    // Bytes and pixels.
    .target(name: "Files", dependencies: ["Arrays", "CPNG", "CZlib"], swiftSettings: strict),
    .target(name: "Pictures", dependencies: ["Arrays", "CFreeType"], swiftSettings: strict),

    // Ready models, inside the program.
    .target(name: "CReadyModels"),
    .target(
      name: "ReadyModels", dependencies: ["CReadyModels"], path: "Models", exclude: ["networks"],
      resources: [.embedInCode("descriptions")], swiftSettings: safe),

    // The command.
    .executableTarget(
      name: "tweedie",
      dependencies: [
        "Arrays", "Diffusion", "Files", "Pictures", "ReadyModels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safe),

    .target(
      name: "TestSupport", dependencies: ["Arrays"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(name: "CTestSupport", path: "Tests/CTestSupport"),
    .testTarget(
      name: "ArraysTests", dependencies: ["Arrays", "CTestSupport", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DiffusionTests", dependencies: ["Arrays", "Diffusion", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FilesTests", dependencies: ["Arrays", "Files", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "PicturesTests", dependencies: ["Arrays", "Pictures", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TweedieTests", dependencies: ["Arrays", "Files", "TestSupport", "tweedie"],
      swiftSettings: strict),
  ],
  cLanguageStandard: .gnu17
)
