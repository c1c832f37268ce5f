/// The number n · 10ᵉ with as many digits as it has, and a true minus: "−0.25", "1500", "0".
func decimal(_ number: Int, exponent: Int) -> String {
  guard number != 0 else { return "0" }
  var (digits, exponent) = (number.magnitude, exponent)
  while digits % 10 == 0 {
    digits /= 10
    exponent += 1
  }
  var text = String(digits)
  if exponent >= 0 {
    text += String(repeating: "0", count: exponent)
  } else {
    let missing = -exponent + 1 - text.count
    if missing > 0 { text = String(repeating: "0", count: missing) + text }
    text.insert(".", at: text.index(text.endIndex, offsetBy: exponent))
  }
  return number < 0 ? "−" + text : text
}

/// The number n · 10ᵉ, n positive, as "2.5×10⁷"; a lone power of ten as "10⁷".
func scientific(_ number: Int, exponent: Int) -> String {
  let power = String(number).count - 1 + exponent
  let lead = decimal(number, exponent: exponent - power)
  return (lead == "1" ? "" : lead + "×") + "10" + superscript(power)
}

/// A whole number in raised digits.
func superscript(_ number: Int) -> String {
  let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
  let raised = String(number.magnitude).compactMap(\.wholeNumberValue).map { digits[$0] }
  return (number < 0 ? "⁻" : "") + String(raised)
}

/// A count with its thousands apart: "100,000".
func counted(_ number: Int) -> String {
  var text = ""
  for (place, digit) in String(number).reversed().enumerated() {
    if place > 0 && place % 3 == 0 { text.insert(",", at: text.startIndex) }
    text.insert(digit, at: text.startIndex)
  }
  return text
}
