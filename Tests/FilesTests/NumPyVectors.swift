/// Files as NumPy 2 writes them.
enum NumPyVectors {
  /// [[1.5, -2, 3], [4, 5, 6.25]] as big-endian float64.
  static let bigEndian = bytes(
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMp\
      LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAA\
      AAAAAMAAAAAAAAAAQAgAAAAAAABAEAAAAAAAAEAUAAAAAAAAQBkAAAAAAAA=
      """)
  /// The same numbers as float32 in Fortran order.
  static let fortran = bytes(
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyks\
      IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/\
      AACAQAAAAMAAAKBAAABAQAAAyEA=
      """)
  /// [0.5, -1.25, 65504, 6e-8] as float16.
  static let half = bytes(
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwg\
      fSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAOAC9\
      /3sBAA==
      """)
  /// -4…3 as int8 of shape (2, 2, 2).
  static let cube = bytes(
    base64: """
      k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIs\
      IDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr8/f7/\
      AAECAw==
      """)
  /// [[7]] as float32, NPY version 2.
  static let versionTwo = bytes(
    base64: """
      k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwg\
      MSksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAOBA
      """)
  /// [[7]] as float32, NPY version 3.
  static let versionThree = bytes(
    base64: """
      k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwg\
      MSksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAOBA
      """)
  /// a = [[1.5, -2, 3], [4, 5, 6.25]] (float32), labels = [3, 1] (uint8), stored.
  static let archive = bytes(
    base64: """
      UEsDBC0AAAAAAAAAIQBb/sUa//////////8FABQAYS5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7\
      J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAADAPwAAAMAAAEBAAACA\
      QAAAoEAAAMhAUEsDBC0AAAAAAAAAIQBaMVr0//////////8KABQAbGFiZWxzLm5weQEAEACCAAAAAAAAAIIAAAAA\
      AAAAk05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs\
      KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoD\
      AVBLAQItAy0AAAAAAAAAIQBb/sUamAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAABhLm5weVBLAQItAy0AAAAAAAAA\
      IQBaMVr0ggAAAIIAAAAKAAAAAAAAAAAAAACAAc8AAABsYWJlbHMubnB5UEsFBgAAAAACAAIAawAAAI0BAAAAAA==
      """)
  /// x = [[0, 1], [2, 3], [4, 5]] (big-endian int32), deflated.
  static let deflated = bytes(
    base64: """
      UEsDBC0AAAAIAAAAIQBS9kir//////////8FABQAeC5ucHkBABAAmAAAAAAAAABUAAAAAAAAAJvsF+obEMnIUMZQ\
      rZ6SWpxcpG6loG6XaaKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgYIYARiJiBm\
      BmIWIGYFAFBLAQItAy0AAAAIAAAAIQBS9kirVAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLBQYAAAAA\
      AQABADMAAACLAAAAAAA=
      """)
  /// Bytes 0 255 128 1 2 3 4 5 as IDX of shape (2, 2, 2), in gzip.
  static let gzip = bytes(
    base64: """
      H4sIAAAAAAACA2Ng4GBmYGBgguP/DYxMzCysAMhTpfYYAAAA
      """)
}
